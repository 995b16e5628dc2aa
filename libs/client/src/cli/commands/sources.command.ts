import { Command } from 'commander';
import { ClientError } from '../../client-error.ts';
import type { CliContext } from '../cli-context.ts';
import { grouped, table } from '../layout.ts';
import { listSources, sourceState, type SourceView } from '../source-views.ts';

const afterHelp = `
Examples:
  millrace sources
  millrace sources resume transactions --new-generation`;

export function sourcesCommand(context: CliContext): Command {
  return new Command('sources')
    .summary('sources and the state of what reads them')
    .description('Sources with the state of the consumer that reads each.')
    .option('--json', 'answer in JSON')
    .addCommand(resumeCommand(context))
    .addHelpText('after', afterHelp)
    .action((flags: { readonly json?: true }) => list(context, flags.json === true));
}

async function list(context: CliContext, asJson: boolean): Promise<void> {
  const { terminal } = context;
  const sources = await listSources(context.http());
  if (asJson) return terminal.out(JSON.stringify(sources));
  if (sources.length === 0) return terminal.out('no sources are defined: see "millrace apply --help"');
  for (const line of table(sources.map(row))) await terminal.out(line);
  for (const { name, consumer } of sources) {
    for (const { topic, code, message } of consumer?.stopped ?? []) {
      await terminal.out(`\n${name} stopped at topic "${topic}": ${code}\n  ${message}`);
    }
  }
}

function row(source: SourceView): string[] {
  const { name, topic, generation, consumer, building = [], featureServices } = source;
  const services = featureServices.length === 0 ? 'no feature service' : featureServices.join(', ');
  const behind = building.map((status) => `, building ${grouped(status.lag)} behind`).join('');
  const lag = consumer ? `lag ${grouped(consumer.lag)}${behind}` : '';
  return [name, `topic ${topic}`, sourceState(source), lag, generation ? `generation ${generation}` : '', services];
}

function resumeCommand(context: CliContext): Command {
  return new Command('resume')
    .description('Goes on with a source whose topic was recreated or repartitioned.')
    .argument('<name>', 'the source')
    .option(
      '--new-generation',
      'read the topic that is there now from its beginning, as a new generation of the source',
    )
    .addHelpText('after', '\nExample:\n  millrace sources resume transactions --new-generation')
    .action((name: string, flags: { readonly newGeneration?: true }) =>
      resume(context, name, flags.newGeneration === true),
    );
}

async function resume(context: CliContext, name: string, newGeneration: boolean): Promise<void> {
  if (!newGeneration) {
    throw new ClientError(
      'CLIENT_OPTIONS_INVALID',
      `source "${name}" can only go on in a new generation: the topic that is there now is read from its beginning, what was derived from the old one stays. If that is meant, add --new-generation`,
    );
  }
  const http = context.http();
  const path = `/api/v1/sources/${encodeURIComponent(name)}`;
  // Sent twice, or by two operators, it counts once.
  const { generation: expectedGeneration } = (await http.get(path)) as { readonly generation: number };
  const { generation } = (await http.post(`${path}/resume`, { expectedGeneration })) as { readonly generation: number };
  await context.terminal.out(`source ${name} goes on in generation ${generation}`);
}
