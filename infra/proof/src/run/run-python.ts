import { spawn } from 'node:child_process';
import path from 'node:path';

export const pythonFolder = path.join(import.meta.dirname, '..', '..', 'python');

export interface PythonRun {
  readonly env: Readonly<Record<string, string>>;
  readonly say: (line: string) => void;
  /** Long enough for a cold import of mlflow on a busy machine, and for the full sizes. */
  readonly timeoutMs?: number;
}

const defaultTimeoutMs = 900_000;

/**
 * Runs a script of `infra/proof/python` with a JSON document as its argument and gives the JSON of its last line; what it
 * prints before goes to `say`.
 */
export function runPython(
  script: string,
  argument: object,
  { env, say, timeoutMs = defaultTimeoutMs }: PythonRun,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const python = env['MILLRACE_PYTHON'] ?? 'python3';
    const child = spawn(python, ['-X', 'faulthandler', path.join(pythonFolder, script), JSON.stringify(argument)], {
      env: { ...process.env, ...env, PYTHONUNBUFFERED: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
      // The fault handler answers it with what every thread is doing.
      killSignal: 'SIGABRT',
    });
    const lines: string[] = [];
    let rest = '';
    let complaints = '';
    child.stdout.on('data', (chunk: Buffer) => {
      const parts = (rest + chunk.toString()).split('\n');
      rest = parts.pop() ?? '';
      for (const line of parts) {
        lines.push(line);
        if (!line.startsWith('{')) say(line);
      }
    });
    child.stderr.on('data', (chunk: Buffer) => (complaints = (complaints + chunk.toString()).slice(-8_000)));
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) resolve(JSON.parse(rest || (lines.at(-1) ?? 'null')));
      else if (signal !== null) {
        const last = `it last said: ${lines.at(-1)}`;
        reject(new Error(`${script} was ended by ${signal}, it had ${timeoutMs / 1000} s; ${last}\n${complaints}`));
      } else reject(new Error(`${script} ended with code ${code}:\n${complaints}`));
    });
  });
}
