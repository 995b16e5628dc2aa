import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { resetAt } from './instance.ts';
import { writeJson } from './json-file.ts';
import { instancePaths } from './paths.ts';
import { privateInstance, privateInstancesDirectory, resetLeftInstances } from './private-instances.ts';
import { identify, isAlive, type ProcessIdentity } from './process-identity.ts';

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
});

/** What an instance looks like whose server still runs. */
function serverOf(run: string): ProcessIdentity {
  const child = spawn('sleep', ['600'], { stdio: 'ignore' });
  children.push(child);
  const identity = identify(child.pid ?? 0);
  if (identity === null) throw new Error('sleep must run');
  writeJson(path.join(run, 'redis.json'), identity);
  return identity;
}

/** As if the process that made it had ended since. */
function orphan(folder: string): void {
  writeJson(path.join(folder, 'owner.json'), { ...identify(process.pid), startTicks: '1' });
}

test('what belongs to a process that has ended is stopped and deleted, and the rest is left alone', async () => {
  const [left, used] = [instancePaths(privateInstance()), instancePaths(privateInstance())];
  const folder = privateInstancesDirectory();
  const inFolder = instancePaths('one', folder);
  for (const { run } of [left, used, inFolder]) mkdirSync(run, { recursive: true });
  const servers = [serverOf(left.run), serverOf(inFolder.run), serverOf(used.run)];
  orphan(left.root);
  orphan(folder);
  await resetLeftInstances();
  expect(servers.map(isAlive)).toEqual([false, false, true]);
  expect([left.root, folder, used.root].map((each) => existsSync(each))).toEqual([false, false, true]);
  await resetAt(used);
});
