import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import type { ProofPlatform } from './proof-platform.ts';

const root = path.join(import.meta.dirname, '..', '..', '..', '..');
const program = path.join(root, 'infra', 'stack', 'src', 'millrace.ts');

/** `npm run millrace -- ...` on this platform; says what it printed and fails as it fails. */
export async function runCommandLine({ env, report }: ProofPlatform, args: readonly string[]): Promise<void> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=source', program, ...args], {
    env: { ...process.env, ...env },
    maxBuffer: 16 * 1_048_576,
  });
  for (const line of stdout.trim().split('\n')) report.say(`  ${line}`);
}
