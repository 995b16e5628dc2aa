import { runCommand, mustRun } from '../run-command.ts';
import { withLock } from '../lock.ts';
import { say } from '../say.ts';

export async function hasCommand(command: string): Promise<boolean> {
  return (await runCommand('sh', ['-c', `command -v ${command}`])).code === 0;
}

/** True when this process may install Debian packages. */
export async function canInstall(): Promise<boolean> {
  return process.getuid?.() === 0 && (await hasCommand('apt-get'));
}

export function aptLine(packages: readonly string[]): string {
  return `apt-get update && apt-get install -y --no-install-recommends ${packages.join(' ')}`;
}

/** Installs Debian packages, or fails with the line an administrator has to run. */
export async function installPackages(packages: readonly string[], why: string, signal: AbortSignal): Promise<void> {
  if (!(await canInstall())) throw new Error(`${why}. Run as root: ${aptLine(packages)}`);
  const install = async (): Promise<void> => {
    say(`installing ${packages.join(', ')} with apt-get: ${why}`);
    // RUNLEVEL=1 keeps the packages' scripts from starting their own daemons.
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
    await mustRun('apt-get', ['update'], { env, label: 'apt-get update', signal });
    // Not interrupted: half an installation would make the system refuse the next one.
    await mustRun('apt-get', ['install', '-y', '--no-install-recommends', ...packages], {
      env,
      label: 'apt-get install',
    });
    signal.throwIfAborted();
  };
  await withLock('apt-get', install, signal);
}

export async function ensureCommand(
  command: string,
  packages: readonly string[],
  why: string,
  signal: AbortSignal,
): Promise<void> {
  if (!(await hasCommand(command))) await installPackages(packages, `${why}: "${command}" is missing`, signal);
}
