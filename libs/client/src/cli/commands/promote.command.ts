import { Command } from 'commander';
import { ClientError } from '../../client-error.ts';
import { HttpProblem, type HttpClient } from '../../http-client.ts';
import type { CliContext } from '../cli-context.ts';

interface Flags {
  readonly alias?: string;
  readonly stage?: string;
  readonly archiveExisting?: true;
}

const afterHelp = `
Endpoints that follow the alias or stage load and warm the version, then swap it in between two batches. Every subscriber of
registry.model-promoted learns of it.

Examples:
  millrace promote fraud 3 --alias champion
  millrace promote fraud 3 --stage Production --archive-existing`;

export function promoteCommand(context: CliContext): Command {
  return new Command('promote')
    .summary('put a model version in charge of an alias or a stage')
    .description('Puts a version of a registered model in charge of an alias or a stage.')
    .argument('<model>', 'a registered model')
    .argument('<version>', 'its version number')
    .option('--alias <name>', 'for example champion')
    .option('--stage <name>', 'Staging, Production, Archived or None')
    .option('--archive-existing', 'with --stage: archive the versions that are in it now')
    .addHelpText('after', afterHelp)
    .action((model: string, version: string, flags: Flags) => promote(context, { model, version }, flags));
}

async function promote(context: CliContext, at: { model: string; version: string }, flags: Flags): Promise<void> {
  const { alias, stage, archiveExisting } = flags;
  const http = context.http();
  if ((alias === undefined) === (stage === undefined)) {
    throw new ClientError(
      'CLIENT_OPTIONS_INVALID',
      'say what the version is promoted to: --alias NAME or --stage NAME',
    );
  }
  if (alias === undefined && stage !== undefined) {
    const body = { name: at.model, version: at.version, stage, archive_existing_versions: archiveExisting === true };
    const answer = await http.post('/api/2.0/mlflow/model-versions/transition-stage', body);
    const { current_stage } = (answer as { readonly model_version: { readonly current_stage: string } }).model_version;
    return context.terminal.out(`${at.model} version ${at.version} is in stage ${current_stage}`);
  }
  const name = alias ?? '';
  const before = await aliased(http, at.model, name);
  await http.post('/api/2.0/mlflow/registered-models/alias', { name: at.model, alias: name, version: at.version });
  const change = before === at.version ? 'as before' : before === null ? 'the first one' : `it was version ${before}`;
  await context.terminal.out(`${at.model}@${name} is version ${at.version} (${change})`);
}

/** Null where nothing has that alias; what is wrong with the model is said by the promotion itself. */
async function aliased(http: HttpClient, model: string, alias: string): Promise<string | null> {
  const query = new URLSearchParams({ name: model, alias }).toString();
  try {
    const answer = await http.get(`/api/2.0/mlflow/registered-models/alias?${query}`);
    return (answer as { readonly model_version: { readonly version: string } }).model_version.version;
  } catch (error) {
    if (error instanceof HttpProblem && error.status < 500) return null;
    throw error;
  }
}
