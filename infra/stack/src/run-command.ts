import { spawn } from 'node:child_process';
import { say } from './say.ts';

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** With a label, a line every few seconds says that the command still runs and what it said last. */
  readonly label?: string;
}

export interface CommandOutcome {
  readonly code: number;
  readonly output: string;
}

const heartbeatMs = 5_000;
const keptOutputChars = 200_000;

/** Runs a command to its end and returns its exit code and combined output; 127 when it can't be found. */
export function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandOutcome> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: options.cwd, env: options.env, stdio: ['ignore', 'pipe', 'pipe'] });
    const startedAt = performance.now();
    let output = '';
    const take = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-keptOutputChars);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    const heartbeat = setInterval(() => {
      if (options.label === undefined) return;
      const last = output.trimEnd().split('\n').at(-1)?.slice(0, 100) ?? '';
      say(`  ${options.label}: ${Math.round((performance.now() - startedAt) / 1000)} s ${last}`);
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
