import { readdirSync, readFileSync } from 'node:fs';

/** A process, told apart from a later one that got the same pid: pid, start in clock ticks, and the boot it belongs to. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTicks: string;
  readonly bootId: string;
}

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

/** Field 22 of a /proc/PID/stat line. The command in field 2 may hold spaces and brackets, so counting starts behind its last one. */
export function startTicksOf(statLine: string): string {
  const behindCommand = statLine.slice(statLine.lastIndexOf(')') + 2).split(' ');
  const ticks = behindCommand[19];
  if (ticks === undefined) throw new Error(`not a /proc stat line: ${statLine}`);
  return ticks;
}

/** Field 3 of a /proc/PID/stat line. */
function stateOf(statLine: string): string {
  return statLine.charAt(statLine.lastIndexOf(')') + 2);
}

function statLineOf(pid: number | string): string | null {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return null;
  }
}

export function identify(pid: number): ProcessIdentity | null {
  const line = statLineOf(pid);
  return line === null ? null : { pid, startTicks: startTicksOf(line), bootId: bootId() };
}

/** True while exactly that process runs; a zombie has ended and a recycled pid is somebody else. */
export function isAlive(identity: ProcessIdentity): boolean {
  const line = statLineOf(identity.pid);
  if (line === null || identity.bootId !== bootId()) return false;
  const state = stateOf(line);
  return state !== 'Z' && state !== 'X' && startTicksOf(line) === identity.startTicks;
}

/** True while a signal (SIGSTOP, Ctrl-Z) keeps the process from running. */
export function isStopped(identity: ProcessIdentity): boolean {
  return isAlive(identity) && stateOf(statLineOf(identity.pid) ?? '') === 'T';
}

/** Signals exactly that process and says whether it was there. */
export function signal(identity: ProcessIdentity, name: NodeJS.Signals): boolean {
  if (!isAlive(identity)) return false;
  try {
    process.kill(identity.pid, name);
    return true;
  } catch {
    return false;
  }
}

export async function waitForEnd(identity: ProcessIdentity, timeoutMs: number): Promise<boolean> {
  const until = performance.now() + timeoutMs;
  while (isAlive(identity)) {
    if (performance.now() > until) return false;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return true;
}

/** Waits until a signal that stops has reached every thread: on a busy machine one goes on for a while, and answers. */
export async function waitForStop(identity: ProcessIdentity, timeoutMs: number): Promise<boolean> {
  const until = performance.now() + timeoutMs;
  while (isAlive(identity) && !threadsOf(identity.pid).every((line) => stateOf(line) === 'T')) {
    if (performance.now() > until) return false;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return true;
}

/** The /proc stat lines of the threads that have not ended. */
function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) => statLineOf(`${pid}/task/${thread}`) ?? []);
  } catch {
    return [];
  }
}

/** Ends the process: politely, then after `graceMs` with SIGKILL, which also wakes a stopped one. */
export async function endProcess(identity: ProcessIdentity, graceMs: number): Promise<void> {
  signal(identity, 'SIGTERM');
  signal(identity, 'SIGCONT');
  if (await waitForEnd(identity, graceMs)) return;
  signal(identity, 'SIGKILL');
  await waitForEnd(identity, 10_000);
}
