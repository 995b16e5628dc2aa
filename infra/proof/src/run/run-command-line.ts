import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import type { ProofPlatform } from './proof-platform.ts';

const root = path.join(import.meta.dirname, '..', '..', '..', '..');
const program = path.join(root, 'infra', 'stack', 'src', 'millrace.ts');

const defaultTimeoutMs = 900_000;

/** `npm run millrace -- ...` on this platform; says what it printed and fails as it fails, or when it has not ended in time. */
export async function runCommandLine(
  { env, report }: ProofPlatform,
  args: readonly string[],
  timeoutMs = defaultTimeoutMs,
): Promise<void> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=source', program, ...args], {
    env: { ...process.env, ...env },
    maxBuffer: 16 * 1_048_576,
    timeout: timeoutMs,
  });
  for (const line of stdout.trim().split('\n')) report.say(`  ${line}`);
}
