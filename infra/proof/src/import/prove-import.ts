import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensurePython, mlflow2ServerPackages, repositoryRoot } from '@millrace/stack';
import { mlflowServer, runMlflowBed, stackAddresses, testNamespace, type MlflowBed } from '@millrace/testing';
import type { ProofReport } from '../run/proof-report.ts';
import { commandLineArgs, runCommandLine } from '../run/run-command-line.ts';

const script = path.join(repositoryRoot, 'libs', 'client', 'test', 'mlflow_source.py');
const instances = 2;
/** An import takes a few seconds from its start to its end: each kill hits another part of it. */
const firstKillMs = 1_000;
const laterByMs = 700;
const nothingNew = 'nothing new: everything was there already, nothing was changed';

interface Compared {
  readonly runs: number;
  readonly traces: number;
  readonly differences: readonly string[];
}

/** Each server is read by its own client, and so is the copy. */
export async function proveImport(report: ProofReport, { kills }: { readonly kills: number }): Promise<void> {
  const python3 = stackAddresses().env['MILLRACE_PYTHON'];
  const python2 = await ensurePython(mlflow2ServerPackages, AbortSignal.timeout(600_000));
  for (const [name, python] of [
    ['MLflow 3', python3],
    ['MLflow 2', python2],
  ] as const) {
    const folder = await mkdtemp(path.join(tmpdir(), 'import-proof-'));
    try {
      await proveFrom(report, { name, python, folder, kills });
    } finally {
      await rm(folder, { recursive: true });
    }
  }
}

interface Source {
  readonly name: string;
  readonly python: string | undefined;
  readonly folder: string;
  readonly kills: number;
}

async function proveFrom(report: ProofReport, { name, python, folder, kills }: Source): Promise<void> {
  report.say(`starting a server of ${name}, and ${instances} of tracking and of registry`);
  await using server = await mlflowServer(folder, python);
  await server.python(script, 'fill', server.url);
  await using bed = await runMlflowBed(testNamespace(), instances);
  const checkpoint = path.join(folder, 'checkpoint');
  const args = ['import', 'mlflow', server.url, '--to', bed.address, '--checkpoint', checkpoint];
  const printed = (...more: string[]): Promise<string[]> =>
    runCommandLine({ env: bed.services.env, report }, [...args, ...more]);

  await printed('--dry-run');
  let killed = 0;
  for (let kill = 0; kill < kills; kill += 1) {
    if (await isKilled(bed, args, firstKillMs + kill * laterByMs)) killed += 1;
  }
  await printed();
  const compared = await server.python<Compared>(script, 'compare', server.url, bed.address);
  const { runs, traces, differences } = compared;
  const held = `${runs} runs, ${traces} traces, the import killed ${killed} times`;
  report.check(differences.length === 0, `${name}: all is here as it is there`, [held, ...differences].join('\n'));
  report.check(runs > 0 && traces > 0, `${name}: runs and traces were there to copy`, held);
  for (const options of [[], ['--recheck']]) {
    const last = (await printed(...options)).at(-1) ?? '';
    report.check(last === nothingNew, `${name}: ${['a repeat', ...options].join(' ')} changes nothing`, last);
  }
}

/** False when it had ended before. */
async function isKilled(bed: MlflowBed, args: readonly string[], afterMs: number): Promise<boolean> {
  const child = spawn(process.execPath, commandLineArgs(args), {
    env: { ...process.env, ...bed.services.env },
    stdio: 'ignore',
  });
  const exited = once(child, 'exit');
  await Promise.race([sleep(afterMs), exited]);
  child.kill('SIGKILL');
  return (await exited)[1] === 'SIGKILL';
}
