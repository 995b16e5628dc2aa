import { spawn, type ChildProcess } from 'node:child_process';

/** A program under test, by what it says. */
export interface SpokenProgram {
  readonly process: ChildProcess;
  /** Resolves when the text was printed; fails with all output when the process ends without it. */
  said(text: string): Promise<void>;
  readonly ended: Promise<{ code: number | null; output: string }>;
}

/** Runs a program of this package's with the project's Node, in a group of its own so that only it gets the test's signals. */
export function runSpoken(file: string, args: readonly string[], env: NodeJS.ProcessEnv): SpokenProgram {
  const child = spawn(process.execPath, ['--conditions=source', file, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  const listeners = new Set<() => void>();
  const take = (chunk: Buffer): void => {
    output += chunk.toString();
    for (const listener of listeners) listener();
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  const ended = new Promise<{ code: number | null; output: string }>((resolve) => {
    child.once('close', (code) => resolve({ code, output }));
  });
  const said = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (output.includes(text)) resolve();
      };
      listeners.add(look);
      look();
      void ended.then(() => reject(new Error(`ended without saying "${text}":\n${output}`)));
    });
  return { process: child, said, ended };
}
