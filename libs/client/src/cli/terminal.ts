import type { Environment } from '../connect/platform-environment.ts';
import { ExitCode } from './exit-code.ts';

/** What a command sees of the world; tests have their own. */
export interface Terminal {
  readonly env: Environment;
  /** Where relative paths begin. */
  readonly folder: string;
  /** Whether a person looks at what goes to `status`. */
  readonly interactive: boolean;
  readonly columns: number;
  /** Aborted by the first Ctrl-C or SIGTERM; the reason is an ExitCode. */
  readonly signal: AbortSignal;
  /** A line of the answer. Resolves when there is room for more. */
  out(line: string): Promise<void>;
  /** What is said beside the answer, without a line end of its own. */
  status(text: string): void;
}

/** The process's own terminal. A second Ctrl-C ends it at once. */
export function processTerminal(): Terminal {
  const stop = new AbortController();
  let stoppedAtMs = 0;
  process.on('SIGINT', () => {
    // `npm run` hands on the same Ctrl-C that the terminal has already sent.
    if (stop.signal.aborted && Date.now() - stoppedAtMs > 1_000) process.exit(130);
    stoppedAtMs ||= Date.now();
    stop.abort(new ExitCode(130));
  });
  process.on('SIGTERM', () => stop.abort(new ExitCode(143)));
  // The reader of a pipe has seen enough.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  return {
    env: process.env,
    folder: process.env['INIT_CWD'] ?? process.cwd(),
    interactive: process.stderr.isTTY,
    columns: process.stderr.columns || 100,
    signal: stop.signal,
    out: async (line) => {
      if (!process.stdout.write(`${line}\n`)) await new Promise((resolve) => process.stdout.once('drain', resolve));
    },
    status: (text) => void process.stderr.write(text),
  };
}
