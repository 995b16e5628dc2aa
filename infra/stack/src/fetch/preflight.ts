import { runCommand } from '../run-command.ts';
import type { ServerName } from '../servers/server.ts';
import { findCached } from './cached.ts';
import { fetchedJavaKey, findJava } from './java.ts';
import { kafkaKey } from './kafka-jars.ts';
import { describeNeeds, type Found, type Wanted } from './needs.ts';
import { findPython, type PythonEnvironment } from './python.ts';
import { valkeyKey } from './redis-server.ts';
import { registryKey } from './registry-app.ts';
import { canInstall, hasCommand } from './system-package.ts';

async function wantedFor(servers: readonly ServerName[], python: readonly PythonEnvironment[]): Promise<Wanted> {
  const kafka = servers.includes('kafka');
  const registry = servers.includes('schema-registry');
  return {
    java: (kafka || registry) && findCached(fetchedJavaKey) === null,
    maven: (kafka && findCached(kafkaKey) === null) || (registry && findCached(registryKey) === null),
    redis: servers.includes('redis') && findCached(valkeyKey) === null,
    training: (await Promise.all(python.map(findPython))).includes(null),
  };
}

async function succeeds(command: string, ...args: string[]): Promise<boolean> {
  return (await runCommand(command, args)).code === 0;
}

async function lookAround(): Promise<Found> {
  const { code, output } = await runCommand('python3', ['-c', 'import sys; print("%d.%d.%d" % sys.version_info[:3])']);
  return {
    java: (await findJava()) !== null,
    maven: await hasCommand('mvn'),
    redis: await hasCommand('redis-server'),
    python:
      code === 0
        ? {
            version: output.trim(),
            pip: await succeeds('python3', '-m', 'pip', '--version'),
            venv: await succeeds('python3', '-c', 'import venv, ensurepip'),
          }
        : null,
  };
}

/**
 * Tells everything that is missing at once where this process may not install packages: else one would be asked for after the
 * other, with a download in between.
 */
export async function preflight(
  servers: readonly ServerName[],
  { python }: { python: readonly PythonEnvironment[] },
): Promise<void> {
  if (await canInstall()) return;
  const wanted = await wantedFor(servers, python);
  if (!Object.values(wanted).includes(true)) return;
  const message = describeNeeds(wanted, await lookAround());
  if (message !== null) throw new Error(message);
}
