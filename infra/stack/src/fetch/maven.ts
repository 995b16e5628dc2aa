import path from 'node:path';
import { mustRun } from '../run-command.ts';
import { ensureJava } from './java.ts';
import { ensureCommand } from './system-package.ts';

/** Runs Maven, which honours the user's own settings and mirrors. `-C` fails on a file whose checksum doesn't match. */
export async function maven(
  args: readonly string[],
  options: { readonly label: string; readonly cwd: string; readonly signal: AbortSignal },
): Promise<void> {
  const { command: java } = await ensureJava(options.signal);
  await ensureCommand('mvn', ['maven'], 'Kafka and the schema registry come from Maven', options.signal);
  // Maven looks on the PATH only, where a Java that we have fetched or found elsewhere is not.
  const env = java === 'java' ? process.env : { ...process.env, JAVA_HOME: path.resolve(java, '../..') };
  await mustRun('mvn', ['-B', '-ntp', '-C', '-Dstyle.color=never', ...args], { ...options, env });
}
