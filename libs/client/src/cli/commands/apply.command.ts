import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Command } from 'commander';
import { ClientError } from '../../client-error.ts';
import { HttpProblem, type ProblemFault } from '../../http-client.ts';
import type { CliContext } from '../cli-context.ts';
import { count, table } from '../layout.ts';

interface Applied {
  readonly applied: readonly { readonly kind: string; readonly name: string; readonly version?: number }[];
  /** Fields of a topic's schema that are no columns of its source. */
  readonly leftOut: readonly { readonly source: string; readonly field: string; readonly reason: string }[];
}

const afterHelp = `
A file holds one definition, a list of them, or { "definitions": [...] }. A TypeScript or JavaScript module exports them as
its default or as "definitions"; the builder of @millrace/feature-engine writes them. All of a file is applied, or nothing. What
is there already is left as it is; a changed view or service needs a new version.

Examples:
  millrace apply features.json
  millrace apply features.ts`;

export function applyCommand(context: CliContext): Command {
  return new Command('apply')
    .summary('apply definitions of sources, entities, views and services')
    .description('Applies definitions: sources, entities, feature views and feature services.')
    .argument('<definitions>', 'a .json, .ts, .mts, .js or .mjs file')
    .option('--json', 'answer in JSON')
    .addHelpText('after', afterHelp)
    .action((file: string, flags: { readonly json?: true }) => apply(context, file, flags.json === true));
}

async function apply(context: CliContext, file: string, asJson: boolean): Promise<void> {
  const definitions = listOf(await read(context.path(file)));
  const { applied, leftOut } = await send(context, definitions);
  if (asJson) return context.terminal.out(JSON.stringify({ applied, leftOut }));
  for (const line of table(
    applied.map(({ kind, name, version }) => ['created', kind, version === undefined ? name : `${name}@${version}`]),
  ))
    await context.terminal.out(line);
  for (const { source, field, reason } of leftOut)
    await context.terminal.out(`field ${field} of source ${source} is no column: ${reason}`);
  const same = definitions.length - applied.length;
  if (applied.length === 0) await context.terminal.out(`nothing new: ${count(same, 'definition')} there already`);
  else if (same > 0) await context.terminal.out(`${count(same, 'definition')} there already`);
}

async function send(context: CliContext, definitions: readonly unknown[]): Promise<Applied> {
  try {
    return (await context.http().post('/api/v1/definitions', definitions)) as Applied;
  } catch (error) {
    if (!(error instanceof HttpProblem)) throw error;
    const faults = error.faults.map((fault) => named(fault, definitions));
    const message =
      faults.length > 0 ? `nothing was applied: ${count(faults.length, 'fault')} in the definitions` : error.message;
    throw new HttpProblem(error.status, error.code, message, faults);
  }
}

/** The path of a fault with the name of the definition that it leads into. */
function named({ path, message }: ProblemFault, definitions: readonly unknown[]): ProblemFault {
  const [whole, index] = /^\[(\d+)\]/.exec(path) ?? [];
  const definition = index === undefined ? undefined : definitions[Number(index)];
  if (whole === undefined || typeof definition !== 'object' || definition === null) return { path, message };
  const { kind, name } = definition as { readonly kind?: unknown; readonly name?: unknown };
  return {
    path: `${whole} ${String(kind)} "${String(name)}" ${path.slice(whole.length).replace(/^\./, '')}`.trimEnd(),
    message,
  };
}

async function read(path: string): Promise<unknown> {
  try {
    if (extname(path) === '.json') return JSON.parse(readFileSync(path, 'utf8')) as unknown;
    const module = (await import(pathToFileURL(path).href)) as {
      readonly default?: unknown;
      readonly definitions?: unknown;
    };
    if (module.default !== undefined || module.definitions !== undefined) return module.default ?? module.definitions;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ClientError('CLIENT_DEFINITIONS_UNREADABLE', `"${path}" cannot be read: ${reason}`, { cause });
  }
  throw new ClientError(
    'CLIENT_DEFINITIONS_UNREADABLE',
    `"${path}" exports no definitions: export them as its default or as "definitions"`,
  );
}

function listOf(document: unknown): readonly unknown[] {
  if (Array.isArray(document)) return document;
  if (
    typeof document === 'object' &&
    document !== null &&
    'definitions' in document &&
    Array.isArray(document.definitions)
  )
    return document.definitions;
  return [document];
}
