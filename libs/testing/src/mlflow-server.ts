import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { openSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { choosePort, logTail } from '@millrace/stack';
import { stackAddresses } from './stack-addresses.ts';

export interface MlflowServer extends AsyncDisposable {
  readonly url: string;
  /** Runs a Python script with MLflow's packages and gives what it printed as its result. */
  python<T>(script: string, ...args: readonly string[]): Promise<T>;
}

const readyTimeoutMs = 300_000;
const quiet = { MLFLOW_DISABLE_TELEMETRY: 'true', DO_NOT_TRACK: 'true', MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false' };

/** MLflow's own server on SQLite in the folder of one test: of the pinned package, or of the one that another Python has. */
export async function mlflowServer(
  folder: string,
  python = stackAddresses().env['MILLRACE_PYTHON'],
): Promise<MlflowServer> {
  if (python === undefined) throw new Error('the stack has no Python with mlflow: start it anew');
  const port = await choosePort([], new Set());
  const url = `http://127.0.0.1:${port}`;
  const stores = [
    '--backend-store-uri',
    `sqlite:///${path.join(folder, 'mlflow.db')}`,
    '--artifacts-destination',
    path.join(folder, 'artifacts'),
  ];
  const log = openSync(path.join(folder, 'mlflow.log'), 'a');
  const env = { ...process.env, ...quiet };
  const listen = ['--host', '127.0.0.1', '--port', String(port), '--workers', '1'];
  // A group of its own: it has workers, which end with it.
  const child = spawn(python, ['-m', 'mlflow', 'server', ...listen, ...stores], {
    cwd: folder,
    env,
    detached: true,
    stdio: ['ignore', log, log],
  });
  const end = (): Promise<void> => ended(child);
  await ready(child, url, folder);
  return {
    url,
    async python<T>(script: string, ...args: readonly string[]): Promise<T> {
      const { stdout } = await promisify(execFile)(python, [script, ...args], { env, maxBuffer: 64 * 1024 ** 2 });
      const line = stdout.split('\n').findLast((one) => one.startsWith('RESULT '));
      if (line === undefined) throw new Error(`${script} printed no result:\n${stdout}`);
      return JSON.parse(line.slice('RESULT '.length)) as T;
    },
    [Symbol.asyncDispose]: end,
  };
}

async function ready(child: ChildProcess, url: string, folder: string): Promise<void> {
  const until = performance.now() + readyTimeoutMs;
  for (;;) {
    const answer = await fetch(`${url}/health`).catch(() => null);
    if (answer?.ok) return;
    if (child.exitCode !== null || performance.now() > until) {
      const problem = child.exitCode === null ? `does not answer after ${readyTimeoutMs / 1000} s` : 'has ended';
      await ended(child);
      throw new Error(
        `MLflow's server ${problem}; the end of mlflow.log: \n${logTail(path.join(folder, 'mlflow.log'), 20)}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const closed = new Promise((resolve) => child.once('exit', resolve));
  process.kill(-child.pid, 'SIGKILL');
  await closed;
}
