import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { promisify } from 'node:util';

const script = path.join(import.meta.dirname, '../../../infra/demo/sweep.py');
const run = promisify(execFile);

interface At {
  readonly address: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Defines a sweep with the example of the demo; gives its id. */
export async function defineSweep({ address, env }: At, options: Readonly<Record<string, string>>): Promise<string> {
  const { stdout } = await run(
    pythonOf(env),
    [script, 'define', '--server', address, ...Object.entries(options).flat()],
    {
      env: { ...process.env, ...env },
    },
  );
  const line = stdout.split('\n').find((candidate) => candidate.startsWith('{'));
  return (JSON.parse(line ?? '') as { id: string }).id;
}

/** A worker of the example, as a process of its own. */
export class SweepWorker implements Disposable {
  readonly #process: ChildProcess;
  readonly #ended: Promise<unknown[]>;
  #said = '';

  constructor({ address, env }: At, sweep: string, options: Readonly<Record<string, string>>) {
    const args = [script, 'work', sweep, '--server', address, ...Object.entries(options).flat()];
    this.#process = spawn(pythonOf(env), args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.on('data', (chunk: Buffer) => (this.#said += chunk.toString()));
    }
    this.#ended = once(this.#process, 'exit');
  }

  /** Resolves when it found the sweep ended. */
  async done(): Promise<void> {
    const [code] = await this.#ended;
    if (code !== 0) throw new Error(`the worker ended with ${String(code)}:\n${this.#said}`);
  }

  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#ended;
  }

  [Symbol.dispose](): void {
    this.#process.kill('SIGKILL');
  }
}

function pythonOf(env: Readonly<Record<string, string>>): string {
  const python = env['MILLRACE_PYTHON'];
  if (python === undefined) throw new Error('MILLRACE_PYTHON is not set: start the stack, which builds it');
  return python;
}
