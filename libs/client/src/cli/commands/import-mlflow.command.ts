import { Command } from 'commander';
import { ClientError } from '../../client-error.ts';
import { Checkpoint, checkpointPath } from '../../import/checkpoint.ts';
import { CopyFiles } from '../../import/copy-files.ts';
import { HttpConnection } from '../../import/http-connection.ts';
import type { ImportContext } from '../../import/import-context.ts';
import { importMlflow, type ImportScope } from '../../import/import-mlflow.ts';
import { ImportReport } from '../../import/import-report.ts';
import { MillraceTarget } from '../../import/millrace-target.ts';
import { mlflowAccess, unreachableSource } from '../../import/mlflow-credentials.ts';
import { MlflowSource } from '../../import/mlflow-source.ts';
import type { CliContext } from '../cli-context.ts';
import { ExitCode, stopped } from '../exit-code.ts';
import { countOption } from '../option-values.ts';
import { StatusTicker } from '../status-ticker.ts';

interface Flags {
  readonly to?: string;
  readonly experiment: readonly string[];
  readonly modelsOnly?: true;
  readonly dryRun?: true;
  readonly recheck?: true;
  readonly checkpoint?: string;
  readonly atOnce: number;
}

const afterHelp = `
Copied are experiments, runs with all points of their metrics, datasets and files, traces with their spans and assessments, logged
models, registered models, prompts and their versions; ids, version numbers, users and times are kept. It can be ended at any time
and run again: what is there is left alone, what is missing is added, and what is there with other values is told and stays. Where
a model has promotion rules, stages and aliases come in only as far as these let them.

Who asks the source is read from the variables that MLflow's clients read: MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or
MLFLOW_TRACKING_TOKEN; MLFLOW_TRACKING_SERVER_CERT_PATH, MLFLOW_TRACKING_CLIENT_CERT_PATH, MLFLOW_TRACKING_INSECURE_TLS.

Ends with 1 when something could not be copied, or is another one here.

Examples:
  millrace import mlflow http://127.0.0.1:5000 --dry-run
  millrace import mlflow http://127.0.0.1:5000
  millrace import mlflow https://mlflow.example.org --experiment fraud --experiment churn`;

export function importMlflowCommand(context: CliContext): Command {
  const listed = (name: string, all: readonly string[]): readonly string[] => [...all, name];
  return new Command('mlflow')
    .description('Copies what an MLflow server (2.0 or newer) holds into the platform.')
    .argument('<url>', 'where the MLflow server answers')
    .option('--to <url>', 'the platform that is copied into; else the one that is found')
    .option('--experiment <name>', 'only this experiment, without models; can be given several times', listed, [])
    .option('--models-only', 'only registered models and prompts: their runs have been copied before')
    .option('--dry-run', 'tell what would be copied, and change nothing')
    .option('--recheck', 'compare runs and traces again that an earlier import has copied whole')
    .option(
      '--checkpoint <file>',
      'where is written down which runs and traces are copied (default: a file in .millrace/import)',
    )
    .option('--at-once <runs>', 'how many runs or traces are copied side by side', countOption, 4)
    .addHelpText('after', afterHelp)
    .action((url: string, flags: Flags) => run(context, url, flags));
}

async function run(context: CliContext, url: string, flags: Flags): Promise<void> {
  const { terminal } = context;
  if (flags.modelsOnly && flags.experiment.length > 0) {
    throw new ClientError('CLIENT_OPTIONS_INVALID', 'give --experiment or --models-only, not both');
  }
  const { signal } = terminal;
  const report = new ImportReport();
  const access = mlflowAccess(url, terminal.env);
  const from = new HttpConnection(access.url, { ...access, signal, unreachable: unreachableSource });
  const to = new HttpConnection(flags.to ?? context.gatewayUrl, {
    headers: context.identity(),
    namesRequests: true,
    signal,
    unreachable: (at, { message }) =>
      `${at} does not answer (${message}): is the platform running ("npm start")? Another address is given with --to`,
  });
  if (from.url === to.url) {
    throw new ClientError('CLIENT_OPTIONS_INVALID', `${from.url} would be copied into itself: name another server`);
  }
  const path = flags.checkpoint ?? checkpointPath(terminal.folder, { from: from.url, to: to.url });
  const target = new MillraceTarget(to, report);
  const copying: ImportContext = {
    source: new MlflowSource(from),
    target,
    files: new CopyFiles(target, report),
    report,
    checkpoint: Checkpoint.open(context.path(path), { writes: flags.dryRun !== true }),
    isPlan: flags.dryRun === true,
    rechecks: flags.recheck === true,
    atOnce: flags.atOnce,
  };
  const scope: ImportScope = { experiments: flags.experiment, onlyModels: flags.modelsOnly === true };
  await context.endingItself(async () => {
    try {
      await copy(context, copying, scope);
    } finally {
      from.close();
      to.close();
    }
  });
}

async function copy({ terminal }: CliContext, copying: ImportContext, scope: ImportScope): Promise<void> {
  const { report, isPlan } = copying;
  const ticker = new StatusTicker(terminal, () => report.progress());
  try {
    await importMlflow(copying, scope);
  } catch (error) {
    ticker.end();
    for (const line of report.lines(isPlan)) await terminal.out(line);
    if (!terminal.signal.aborted) throw error;
    terminal.status('stopped: run the same command again to go on\n');
    throw stopped(terminal.signal);
  }
  ticker.end();
  for (const line of report.lines(isPlan)) await terminal.out(line);
  for (const note of report.notes) await terminal.out(`note: ${note}`);
  if (isPlan) await terminal.out('nothing was changed (--dry-run)');
  else if (report.changes === 0) await terminal.out('nothing new: everything was there already, nothing was changed');
  for (const problem of report.problems) terminal.status(`problem: ${problem}\n`);
  if (report.problems.length > 0) throw new ExitCode(1);
}
