import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { reset } from './instance.ts';
import { readJson, writeJson } from './json-file.ts';
import { instancePaths, instancesDirectory, type InstancePaths } from './paths.ts';
import { identify, isAlive, type ProcessIdentity } from './process-identity.ts';
import { say } from './say.ts';

const ownerFile = (paths: InstancePaths): string => path.join(paths.run, 'owner.json');

/** Name of a new instance that belongs to this process: what it leaves behind is taken away when it is gone. */
export function privateInstance(): string {
  const paths = instancePaths(`private-${randomBytes(4).toString('hex')}`);
  mkdirSync(paths.run, { recursive: true });
  writeJson(ownerFile(paths), identify(process.pid));
  return paths.instance;
}

/**
 * Stops and deletes the private instances whose owner has ended without doing so: their servers run in sessions of their own, no
 * Ctrl-C reaches them.
 */
export async function resetLeftInstances(): Promise<void> {
  const directory = instancesDirectory();
  const names = existsSync(directory) ? readdirSync(directory).filter((name) => name.startsWith('private-')) : [];
  for (const name of names) {
    const owner = readJson(ownerFile(instancePaths(name))) as ProcessIdentity | null;
    if (owner !== null && isAlive(owner)) continue;
    say(`removing the servers and data of an interrupted test: ${name}`);
    await reset(name);
  }
}
