import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { choosePort, ensureFastTrackMl } from '@millrace/stack';
import { stackAddresses } from '@millrace/testing';
import { startChildServer } from './child-server.ts';
import type { TrackingServer } from './tracking-server.ts';

/** Both as their makers describe them, on SQLite files beside the stores of the stack; quiet logs are fair to both. */
export async function startFastTrackMl(): Promise<TrackingServer> {
  const command = await ensureFastTrackMl(AbortSignal.timeout(600_000));
  const { folder, port, logFile } = await place('fasttrackml');
  const listen = ['--listen-address', `127.0.0.1:${port}`];
  const store = ['--database-uri', `sqlite://${path.join(folder, 'fasttrackml.db')}`];
  const artifacts = ['--default-artifact-root', path.join(folder, 'artifacts')];
  return startChildServer({
    name: 'fasttrackml',
    url: `http://127.0.0.1:${port}`,
    command,
    args: ['server', ...listen, ...store, ...artifacts, '--log-level', 'warn'],
    folder,
    logFile,
  });
}

export async function startMlflowServer(): Promise<TrackingServer> {
  const command = stackAddresses().env['MILLRACE_PYTHON'];
  if (command === undefined) throw new Error('the stack has no Python with mlflow: run "npm run bench -- tracking"');
  const { folder, port, logFile } = await place('mlflow');
  const store = ['--backend-store-uri', `sqlite:///${path.join(folder, 'mlflow.db')}`];
  const artifacts = ['--artifacts-destination', path.join(folder, 'artifacts')];
  return startChildServer({
    name: 'mlflow server',
    url: `http://127.0.0.1:${port}`,
    command,
    args: ['-m', 'mlflow', 'server', '--host', '127.0.0.1', '--port', String(port), ...store, ...artifacts],
    folder,
    logFile,
    env: { MLFLOW_DISABLE_TELEMETRY: 'true', DO_NOT_TRACK: 'true', MLFLOW_LOGGING_LEVEL: 'WARNING' },
  });
}

async function place(name: string): Promise<{ folder: string; port: number; logFile: string }> {
  const folder = path.join(path.dirname(stackAddresses().env['MILLRACE_ARTIFACTS_DIR'] ?? ''), 'rivals', name);
  mkdirSync(folder, { recursive: true });
  return { folder, port: await choosePort([], new Set()), logFile: path.join(folder, 'server.log') };
}
