import { Command } from 'commander';
import type { HttpClient } from '../../http-client.ts';
import type { CliContext } from '../cli-context.ts';
import { ExitCode } from '../exit-code.ts';
import { grouped, indented, table } from '../layout.ts';
import { readHealth, type ServiceHealth } from '../service-health.ts';
import { listSources, sourceState, type SourceView } from '../source-views.ts';

interface EndpointView {
  readonly name: string;
  readonly state: string;
  readonly reason: string | null;
  readonly featureService: string;
  readonly featureServiceVersion: number;
  readonly model: { readonly name: string; readonly target: string };
  readonly active: { readonly version: string } | null;
  readonly lastRefusal: { readonly version: string; readonly reason: string } | null;
  readonly stream: { readonly lag: number; readonly stoppedBy: string | null } | null;
}

const afterHelp = `
Ends with 1 when a service is not ready.

Examples:
  millrace status
  millrace status --json | jq '.services[] | select(.ready | not)'`;

export function statusCommand(context: CliContext): Command {
  return new Command('status')
    .summary('what runs, what is behind, where it is')
    .description('Readiness of every service with its checks, sources and their lag, endpoints, addresses.')
    .option('--json', 'answer in JSON')
    .addHelpText('after', afterHelp)
    .action((flags: { readonly json?: true }) => status(context, flags.json === true));
}

async function status(context: CliContext, asJson: boolean): Promise<void> {
  const http = context.http();
  // The gateway answers for itself: without it there is nothing to ask.
  const services = await readHealth(context.gatewayUrl);
  const [sources, endpoints] = await Promise.all([orReason(listSources(http)), orReason(listEndpoints(http))]);
  if (asJson) await context.terminal.out(JSON.stringify({ gateway: context.gatewayUrl, services, sources, endpoints }));
  else {
    const lines = [
      ...serviceLines(services),
      ...section('sources', sources, sourceLine),
      ...section('endpoints', endpoints, endpointLine),
      ...addressLines(context),
    ];
    for (const line of lines) await context.terminal.out(line);
  }
  if (services.some(({ ready }) => !ready)) throw new ExitCode(1);
}

async function listEndpoints(http: HttpClient): Promise<readonly EndpointView[]> {
  return ((await http.get('/api/v1/endpoints')) as { readonly endpoints: readonly EndpointView[] }).endpoints;
}

/** One part that cannot be had must not hide the others. */
async function orReason<T>(asked: Promise<readonly T[]>): Promise<readonly T[] | { readonly unavailable: string }> {
  try {
    return await asked;
  } catch (error) {
    return { unavailable: error instanceof Error ? error.message : String(error) };
  }
}

function serviceLines(services: readonly ServiceHealth[]): string[] {
  return table(
    services.map(({ name, ready, checks, reason }) => {
      const failed = checks.filter(({ ok }) => !ok).map((check) => `${check.name}: ${check.detail ?? 'failed'}`);
      const passed = checks.filter(({ ok }) => ok).map((check) => check.name);
      const detail = reason ?? (failed.length > 0 ? failed.join('; ') : passed.join(', '));
      return [name, ready ? 'ready' : 'NOT READY', detail];
    }),
  );
}

function section<T>(
  title: string,
  found: readonly T[] | { readonly unavailable: string },
  row: (item: T) => string[],
): string[] {
  if ('unavailable' in found) return ['', `${title}: ${found.unavailable}`];
  return ['', `${title}${found.length === 0 ? ': none' : ''}`, ...indented(table(found.map(row)))];
}

function sourceLine(source: SourceView): string[] {
  const lag = source.consumer ? `lag ${grouped(source.consumer.lag)}` : '';
  return [source.name, sourceState(source), lag, source.featureServices.join(', ')];
}

function endpointLine(endpoint: EndpointView): string[] {
  const { name, state, reason, model, active, lastRefusal, stream } = endpoint;
  const version = active ? `version ${active.version}` : (reason ?? '');
  const refused = lastRefusal ? `; version ${lastRefusal.version} was refused: ${lastRefusal.reason}` : '';
  const stopped = stream?.stoppedBy ? `STOPPED ${stream.stoppedBy}` : '';
  const lag = stream ? `lag ${grouped(stream.lag)}` : '';
  return [name, state, `${model.name} ${model.target}, ${version}${refused}`, lag, stopped];
}

function addressLines({ gatewayUrl, env }: CliContext): string[] {
  const rows = [
    ['platform, MLflow', gatewayUrl],
    ['API documentation', `${gatewayUrl}/services/<service>/docs`],
    ['Kafka', env['MILLRACE_KAFKA_BROKERS'] ?? ''],
    ['schema registry', env['MILLRACE_SCHEMA_REGISTRY_URL'] ?? ''],
    ['ClickHouse', env['MILLRACE_CLICKHOUSE_URL'] ?? ''],
    ['Redis', (env['MILLRACE_REDIS_URL'] ?? '').replace(/\/\/.*@/, '//')],
  ];
  return ['', 'addresses', ...indented(table(rows.filter(([, address]) => address !== '')))];
}
