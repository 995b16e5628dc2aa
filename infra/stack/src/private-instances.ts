import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { resetAt } from './instance.ts';
import { readJson, writeJson } from './json-file.ts';
import { instancePaths, instancesDirectory, repositoryRoot } from './paths.ts';
import { identify, isAlive, type ProcessIdentity } from './process-identity.ts';
import { say } from './say.ts';

const prefix = 'private-';
/** Instances of tests of the stack itself, a folder a test. */
const foldersOfTests = path.join(repositoryRoot, '.millrace', 'tests');

function own(folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeJson(path.join(folder, 'owner.json'), identify(process.pid));
}

function isLeft(folder: string): boolean {
  const owner = readJson(path.join(folder, 'owner.json')) as ProcessIdentity | null;
  return owner === null || !isAlive(owner);
}

const foldersIn = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
    : [];

/** Name of a new instance that belongs to this process: what it leaves behind is taken away when it is gone. */
export function privateInstance(): string {
  const { instance, root } = instancePaths(prefix + randomBytes(4).toString('hex'));
  own(root);
  return instance;
}

/** A new folder for the instances (MILLRACE_STACK_DIR) of a test that belongs to this process. */
export function privateInstancesDirectory(): string {
  const folder = path.join(foldersOfTests, randomBytes(4).toString('hex'));
  own(folder);
  return folder;
}

/**
 * Stops and deletes the private instances whose owner has ended without doing so: their servers run in sessions of their own, no
 * Ctrl-C reaches them.
 */
export async function resetLeftInstances(): Promise<void> {
  for (const name of foldersIn(instancesDirectory()).filter((each) => each.startsWith(prefix))) {
    const paths = instancePaths(name);
    if (isLeft(paths.root)) await resetLeft(name, () => resetAt(paths));
  }
  for (const name of foldersIn(foldersOfTests)) {
    const folder = path.join(foldersOfTests, name);
    if (isLeft(folder)) await resetLeft(name, () => removeInstancesDirectory(folder));
  }
}

async function resetLeft(name: string, reset: () => Promise<void>): Promise<void> {
  say(`removing the servers and data of an interrupted test: ${name}`);
  await reset();
}

/** Stops and deletes every instance in the folder, and the folder. */
export async function removeInstancesDirectory(folder: string): Promise<void> {
  for (const instance of foldersIn(folder)) await resetAt(instancePaths(instance, folder));
  rmSync(folder, { recursive: true, force: true });
}
