import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** How one test function went, with all the cases that it was run for. */
export interface PythonTestResult {
  readonly test: string;
  readonly cases: number;
  readonly failures: readonly string[];
}

export interface PythonTestsToRun {
  readonly python: string;
  /** Has a `report.py` that tells each result on file descriptor 3. */
  readonly folder: string;
  /** Relative to the folder. */
  readonly files: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** The names of the test functions of these files, as results name them, without running anything. */
export function pythonTestNames(folder: string, files: readonly string[]): string[] {
  return files.flatMap((file) => {
    const source = readFileSync(path.join(folder, file), 'utf8');
    return [...source.matchAll(/^def (test_\w+)\(/gm)].map(([, name]) => `${file}::${name}`);
  });
}

/** One pytest process for all files; results can be waited for one by one while it runs. */
export class PythonTests {
  readonly #results = new Map<string, PythonTestResult>();
  readonly #waiting = new Map<string, () => void>();
  #ended: string | null = null;

  static start({ python, folder, files, env }: PythonTestsToRun): PythonTests {
    const options = ['-p', 'report', '-p', 'no:cacheprovider', '-W', 'ignore', '--tb=short', '--rootdir', folder];
    const child = spawn(python, ['-m', 'pytest', '-q', ...options, ...files], {
      cwd: folder,
      env: { ...process.env, ...env, PYTHONPATH: folder },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    const tests = new PythonTests();
    let output = '';
    const keep = (chunk: Buffer): void => void (output = (output + chunk.toString()).slice(-4_000));
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    child.once('error', (error) => tests.#end(error.message));
    const report = createInterface({ input: child.stdio[3] as Readable });
    report.on('line', (line) => tests.#take(JSON.parse(line) as PythonTestResult));
    // All of the pipes are read to their ends by then.
    child.once('close', () => setImmediate(() => tests.#end(output)));
    return tests;
  }

  /** Waits until the test has been run; fails when the process ends without it. */
  async resultOf(test: string): Promise<PythonTestResult> {
    if (!this.#results.has(test) && this.#ended === null) {
      await new Promise<void>((resolve) => this.#waiting.set(test, resolve));
    }
    const result = this.#results.get(test);
    if (result === undefined) throw new Error(`${test} was not run; pytest said:\n${this.#ended}`);
    return result;
  }

  #take(result: PythonTestResult): void {
    this.#results.set(result.test, result);
    this.#waiting.get(result.test)?.();
  }

  #end(output: string): void {
    this.#ended = output;
    for (const resolve of this.#waiting.values()) resolve();
  }
}
