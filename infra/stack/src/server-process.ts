import { spawn } from 'node:child_process';
import { closeSync, existsSync, fstatSync, openSync, readSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { giveWay } from './give-way.ts';
import { readJson, writeJson } from './json-file.ts';
import type { InstancePaths } from './paths.ts';
import {
  endProcess,
  identify,
  isAlive,
  signal as sendSignal,
  waitForEnd,
  waitForStop,
  type ProcessIdentity,
} from './process-identity.ts';
import { say } from './say.ts';
import type { LaunchPlan, ServerContext, ServerDefinition, ServerName } from './servers/server.ts';

const readyTimeoutMs = 180_000;
/** A server that runs already and answers nobody for this long is replaced. */
const replacedAfterMs = 60_000;
const stopGraceMs = 20_000;
const askedGraceMs = 7_000;
const logTailBytes = 64 * 1024;
const logRotatesAtBytes = 20 * 1024 * 1024;

const pidFile = (paths: InstancePaths, name: ServerName): string => path.join(paths.run, `${name}.json`);
export const logFile = (paths: InstancePaths, name: string): string => path.join(paths.logs, `${name}.log`);

/** The process that the pid file names, if it still runs and is still the same one. */
export function runningProcess(paths: InstancePaths, name: ServerName): ProcessIdentity | null {
  const recorded = readJson(pidFile(paths, name)) as ProcessIdentity | null;
  return recorded !== null && isAlive(recorded) ? recorded : null;
}

/** The last lines, as far as they lie in the last 64 KB. */
export function logTail(file: string, lines: number): string {
  if (!existsSync(file)) return '';
  const handle = openSync(file, 'r');
  try {
    const size = fstatSync(handle).size;
    const end = Buffer.alloc(Math.min(size, logTailBytes));
    readSync(handle, end, 0, end.length, size - end.length);
    return end.toString().trimEnd().split('\n').slice(-lines).join('\n');
  } finally {
    closeSync(handle);
  }
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
  if (plan.givesWay === true) giveWay(identity.pid);
  writeJson(pidFile(paths, name), identity);
  return identity;
}

/** Starts the server unless it runs, and resolves when it answers. An aborted start ends the process that it has launched. */
export async function startProcess(
  server: ServerDefinition,
  context: ServerContext,
  signal: AbortSignal,
): Promise<'started' | 'running'> {
  const already = runningProcess(context.paths, server.name);
  if (already !== null) {
    // It may have been stopped by a signal (SIGSTOP, Ctrl-Z) and would never answer.
    sendSignal(already, 'SIGCONT');
    const outcome = await waitForAnswer(server, context, { identity: already, signal, timeoutMs: replacedAfterMs });
    if (outcome === 'ready') return 'running';
    say(`${server.title} ${outcome} and is replaced`);
    await stopProcess(server, context);
  }
  const plan = await server.prepare(context, signal);
  signal.throwIfAborted();
  const identity = launch(context.paths, server.name, plan);
  try {
    const outcome = await waitForAnswer(server, context, { identity, signal, timeoutMs: readyTimeoutMs });
    if (outcome === 'ready') return 'started';
    const file = logFile(context.paths, server.name);
    throw new Error(`${server.title} ${outcome}; the end of ${file}:\n${logTail(file, 20)}`);
  } catch (error) {
    if (signal.aborted) await stopProcess(server, context);
    throw error;
  }
}

async function waitForAnswer(
  server: ServerDefinition,
  context: ServerContext,
  { identity, signal, timeoutMs }: { identity: ProcessIdentity; signal: AbortSignal; timeoutMs: number },
): Promise<'ready' | 'ended' | 'does not answer'> {
  const until = performance.now() + timeoutMs;
  while (!(await server.ready(context))) {
    signal.throwIfAborted();
    if (!isAlive(identity)) return 'ended';
    if (performance.now() > until) return 'does not answer';
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return 'ready';
}

/** Stops the server in good order, by force when it takes too long. */
export async function stopProcess(server: ServerDefinition, context: ServerContext): Promise<boolean> {
  const identity = runningProcess(context.paths, server.name);
  if (identity !== null) {
    sendSignal(identity, 'SIGCONT');
    if (server.askToStop !== undefined) {
      await server.askToStop(context, identity);
      await waitForEnd(identity, askedGraceMs);
    }
    await endProcess(identity, stopGraceMs);
  }
  rmSync(pidFile(context.paths, server.name), { force: true });
  return identity !== null;
}

/** Sends any signal to the running server; after a SIGKILL it waits until the process is gone, after a SIGSTOP until it stands still. */
export async function signalProcess(paths: InstancePaths, name: ServerName, kind: NodeJS.Signals): Promise<void> {
  const identity = runningProcess(paths, name);
  if (identity === null) throw new Error(`${name} of instance ${paths.instance} does not run`);
  sendSignal(identity, kind);
  if (kind === 'SIGKILL') await waitForEnd(identity, 10_000);
  if (kind === 'SIGSTOP') await waitForStop(identity, 10_000);
}
