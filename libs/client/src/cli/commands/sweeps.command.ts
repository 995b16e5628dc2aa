import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { ClientError } from '../../client-error.ts';
import type { CliContext } from '../cli-context.ts';
import { renderSweep, sweepRow, type Sweep, type Trial } from '../render-sweep.ts';
import { table } from '../layout.ts';

const afterHelp = `
Workers ask the platform for trials over HTTP: infra/demo/sweep.py is one, /services/tracking/docs has the routes.

Examples:
  millrace sweeps
  millrace sweeps create rates.json
  millrace sweeps show 3`;

const createHelp = `
A definition in JSON: name, experiment, space, metric, budget, and if wanted method, earlyStop, maxParallel, seed, leaseMs, maxAttempts.

Example:
  millrace sweeps create rates.json
  {"name": "rates", "experiment": "fraud", "metric": {"name": "loss"}, "budget": {"trials": 50},
   "space": {"rate": {"kind": "log-uniform", "low": 1e-5, "high": 1}}}`;

export function sweepsCommand(context: CliContext): Command {
  const command = new Command('sweeps')
    .summary('hyperparameter sweeps: define, watch, pause, cancel')
    .description('Hyperparameter sweeps, the newest first.')
    .option('--json', 'answer in JSON')
    .addCommand(showCommand(context))
    .addCommand(createCommand(context))
    .addHelpText('after', afterHelp)
    .action((flags: { readonly json?: true }) => list(context, flags.json === true));
  for (const [what, description] of [
    ['pause', 'Hands out no more trials; those that run go on.'],
    ['resume', 'Hands out trials again.'],
    ['cancel', 'Ends a sweep and its trials for good.'],
  ] as const) {
    command.addCommand(steerCommand(context, what, description));
  }
  return command;
}

function showCommand(context: CliContext): Command {
  return new Command('show')
    .description('Progress of a sweep, its best trial, and the latest trials.')
    .argument('<id>', 'number of the sweep')
    .option('--json', 'answer in JSON')
    .addHelpText('after', '\nExample:\n  millrace sweeps show 3')
    .action((id: string, flags: { readonly json?: true }) => show(context, id, flags.json === true));
}

function createCommand(context: CliContext): Command {
  return new Command('create')
    .description('Defines a sweep.')
    .argument('<file>', 'a .json file')
    .addHelpText('after', createHelp)
    .action(async (file: string) => {
      const sweep = (await context.http().post('/api/v1/sweeps', readDefinition(context.path(file)))) as Sweep;
      await context.terminal.out(`sweep ${sweep.id} is defined: its workers ask ${context.gatewayUrl} for trials`);
    });
}

function steerCommand(context: CliContext, what: 'pause' | 'resume' | 'cancel', description: string): Command {
  return new Command(what)
    .description(description)
    .argument('<id>', 'number of the sweep')
    .addHelpText('after', `\nExample:\n  millrace sweeps ${what} 3`)
    .action(async (id: string) => {
      const { status } = (await context.http().post(`${pathOf(id)}/${what}`, {})) as Sweep;
      await context.terminal.out(`sweep ${id} is ${status}`);
    });
}

async function list(context: CliContext, asJson: boolean): Promise<void> {
  const { sweeps } = (await context.http().get('/api/v1/sweeps')) as { readonly sweeps: readonly Sweep[] };
  if (asJson) return context.terminal.out(JSON.stringify(sweeps));
  if (sweeps.length === 0) return context.terminal.out('no sweeps are defined: see "millrace sweeps create --help"');
  for (const line of table(sweeps.map(sweepRow))) await context.terminal.out(line);
}

async function show(context: CliContext, id: string, asJson: boolean): Promise<void> {
  const http = context.http();
  const sweep = (await http.get(pathOf(id))) as Sweep;
  const from = Math.max(0, sweep.progress.trials - 20);
  const { trials } = (await http.get(`${pathOf(id)}/trials?from=${from}`)) as { readonly trials: readonly Trial[] };
  if (asJson) return context.terminal.out(JSON.stringify({ ...sweep, latestTrials: trials }));
  for (const line of renderSweep(sweep, trials)) await context.terminal.out(line);
}

function pathOf(id: string): string {
  return `/api/v1/sweeps/${encodeURIComponent(id)}`;
}

function readDefinition(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ClientError('CLIENT_FILE_UNREADABLE', `${path} cannot be read as JSON: ${why}`, { cause });
  }
}
