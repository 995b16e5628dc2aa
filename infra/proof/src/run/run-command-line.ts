import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import type { ProofPlatform } from './proof-platform.ts';

const root = path.join(import.meta.dirname, '..', '..', '..', '..');
const program = path.join(root, 'infra', 'stack', 'src', 'millrace.ts');

const defaultTimeoutMs = 900_000;

/** What Node is given to run `npm run millrace -- ...`. */
export function commandLineArgs(args: readonly string[]): string[] {
  return ['--conditions=source', program, ...args];
}

/** `npm run millrace -- ...` on this platform; says and gives what it printed, fails as it fails, or when it has not ended in time. */
export async function runCommandLine(
  { env, report }: Pick<ProofPlatform, 'env' | 'report'>,
  args: readonly string[],
  timeoutMs = defaultTimeoutMs,
): Promise<string[]> {
  const { stdout } = await promisify(execFile)(process.execPath, commandLineArgs(args), {
    env: { ...process.env, ...env },
    maxBuffer: 16 * 1_048_576,
    timeout: timeoutMs,
  });
  const lines = stdout.trim().split('\n');
  for (const line of lines) report.say(`  ${line}`);
  return lines;
}
