import { mustRun } from '../run-command.ts';
import { ensureCommand } from './system-package.ts';

/** Runs Maven, which honours the user's own settings and mirrors. `-C` fails on a file whose checksum doesn't match. */
export async function maven(args: readonly string[], label: string, cwd: string): Promise<void> {
  await ensureCommand('mvn', ['maven'], 'Kafka and the schema registry come from Maven');
  await mustRun('mvn', ['-B', '-ntp', '-C', '-Dstyle.color=never', ...args], { label, cwd });
}
