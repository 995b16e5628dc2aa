import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { readJson, writeJson } from './json-file.ts';
import type { InstancePaths } from './paths.ts';
import { endProcess, identify, isAlive, signal, waitForEnd, type ProcessIdentity } from './process-identity.ts';
import type { LaunchPlan, ServerContext, ServerDefinition, ServerName } from './servers/server.ts';

const readyTimeoutMs = 180_000;
const stopGraceMs = 20_000;
const askedGraceMs = 7_000;
const logRotatesAtBytes = 20 * 1024 * 1024;

const pidFile = (paths: InstancePaths, name: ServerName): string => path.join(paths.run, `${name}.json`);
export const logFile = (paths: InstancePaths, name: string): string => path.join(paths.logs, `${name}.log`);

/** The process that the pid file names, if it still runs and is still the same one. */
export function runningProcess(paths: InstancePaths, name: ServerName): ProcessIdentity | null {
  const recorded = readJson(pidFile(paths, name)) as ProcessIdentity | null;
  return recorded !== null && isAlive(recorded) ? recorded : null;
}

export function logTail(file: string, lines: number): string {
  return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n') : '';
}

/** Appends to the log; a large one is put aside first, one generation is kept. */
export function openLog(file: string): number {
  if (existsSync(file) && statSync(file).size > logRotatesAtBytes) renameSync(file, `${file}.1`);
  return openSync(file, 'a');
}

/** Starts the program in a session of its own: a Ctrl-C in the terminal reaches only the one who stops it in order. */
function launch(paths: InstancePaths, name: ServerName, plan: LaunchPlan): ProcessIdentity {
  const log = openLog(logFile(paths, name));
  const child = spawn(plan.command, plan.args, {
    detached: true,
    stdio: ['ignore', log, log],
    env: { ...process.env, ...plan.env },
  });
  closeSync(log);
  child.unref();
  // A spawn that fails has no pid; the error event would only repeat it.
  child.once('error', () => {});
  const identity = child.pid === undefined ? null : identify(child.pid);
  if (identity === null) throw new Error(`${name} could not be started: ${plan.command}`);
  writeJson(pidFile(paths, name), identity);
  return identity;
}

/** Starts the server unless it runs, and resolves when it answers. */
export async function startProcess(server: ServerDefinition, context: ServerContext): Promise<'started' | 'running'> {
  const { paths } = context;
  const already = runningProcess(paths, server.name);
  const identity = already ?? launch(paths, server.name, await server.prepare(context));
  const until = performance.now() + readyTimeoutMs;
  while (!(await server.ready(context))) {
    const problem = !isAlive(identity) ? 'ended' : performance.now() > until ? 'does not answer' : null;
    if (problem !== null) {
      const file = logFile(paths, server.name);
      throw new Error(`${server.title} ${problem}; the end of ${file}:\n${logTail(file, 20)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return already === null ? 'started' : 'running';
}

/** Stops the server in good order, by force when it takes too long. */
export async function stopProcess(server: ServerDefinition, context: ServerContext): Promise<boolean> {
  const identity = runningProcess(context.paths, server.name);
  if (identity !== null) {
    signal(identity, 'SIGCONT');
    if (server.askToStop !== undefined) {
      await server.askToStop(context, identity);
      await waitForEnd(identity, askedGraceMs);
    }
    await endProcess(identity, stopGraceMs);
  }
  rmSync(pidFile(context.paths, server.name), { force: true });
  return identity !== null;
}

/** Sends any signal to the running server; after a SIGKILL it waits until the process is gone. */
export async function signalProcess(paths: InstancePaths, name: ServerName, kind: NodeJS.Signals): Promise<void> {
  const identity = runningProcess(paths, name);
  if (identity === null) throw new Error(`${name} of instance ${paths.instance} does not run`);
  signal(identity, kind);
  if (kind === 'SIGKILL') await waitForEnd(identity, 10_000);
}
