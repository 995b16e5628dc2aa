import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable } from 'node:stream';
import { signalGroup } from './process-group.ts';
import { say } from './say.ts';

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** With a label, a line every few seconds says that the command still runs and what it said last. */
  readonly label?: string;
  /** Ends the command and everything that it has started. Without it, only the end of this process does. */
  readonly signal?: AbortSignal;
}

export interface CommandOutcome {
  readonly code: number;
  readonly output: string;
}

type Child = ChildProcessByStdio<null, Readable, Readable>;

const heartbeatMs = 5_000;
const endGraceMs = 3_000;
const keptOutputChars = 200_000;

/**
 * Runs a command to its end and returns its exit code and combined output; 127 when it can't be found. Throws the signal's
 * reason, once the command has ended, when it is aborted.
 */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandOutcome> {
  const { signal } = options;
  signal?.throwIfAborted();
  // In a group of its own: a Ctrl-C in the terminal reaches only us, and we end it with its children, which Maven and pip have.
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const killAtExit = (): void => void (child.pid !== undefined && signalGroup(child.pid, 'SIGKILL'));
  const end = (): void => endGroup(child);
  process.once('exit', killAtExit);
  signal?.addEventListener('abort', end, { once: true });
  try {
    return await outcomeOf(child, options.label);
  } finally {
    process.off('exit', killAtExit);
    signal?.removeEventListener('abort', end);
    signal?.throwIfAborted();
  }
}

function endGroup(child: Child): void {
  const { pid } = child;
  if (pid === undefined) return;
  signalGroup(pid, 'SIGTERM');
  const force = setTimeout(() => {
    signalGroup(pid, 'SIGKILL');
    // Whoever has left the group may hold the pipes open for ever.
    child.stdout.destroy();
    child.stderr.destroy();
  }, endGraceMs);
  child.once('close', () => clearTimeout(force));
}

function outcomeOf(child: Child, label: string | undefined): Promise<CommandOutcome> {
  return new Promise((resolve) => {
    const startedAt = performance.now();
    let output = '';
    const take = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-keptOutputChars);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    const heartbeat = setInterval(() => {
      if (label === undefined) return;
      const last = output.trimEnd().split('\n').at(-1)?.slice(0, 100) ?? '';
      say(`  ${label}: ${Math.round((performance.now() - startedAt) / 1000)} s ${last}`);
    }, heartbeatMs);
    const finish = (code: number): void => {
      clearInterval(heartbeat);
      resolve({ code, output });
    };
    child.once('error', (error) => {
      output += error.message;
      finish(127);
    });
    child.once('close', (code) => finish(code ?? 1));
  });
}

/** As `runCommand`, but a non-zero exit is an error that shows the end of the output. */
export async function mustRun(command: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const { code, output } = await runCommand(command, args, options);
  if (code !== 0) {
    const tail = output.trimEnd().split('\n').slice(-25).join('\n');
    throw new Error(`"${command} ${args.join(' ')}" ended with ${code}:\n${tail}`);
  }
  return output;
}
