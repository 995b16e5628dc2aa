import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { repositoryRoot } from './paths.ts';
import { identify, isAlive, type ProcessIdentity } from './process-identity.ts';
import { runSpoken } from './spoken-program.ts';

let folder = '';

/** A download that never ends, with a child as Maven has one. */
const slowMaven = (pids: string): string => `#!/bin/sh
echo $$ > ${pids}.parent
sleep 600 &
echo $! > ${pids}
wait
`;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'millrace-fetch-'));
  await writeFile(path.join(folder, 'mvn'), slowMaven(path.join(folder, 'pid')));
  await chmod(path.join(folder, 'mvn'), 0o755);
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function identityIn(file: string): Promise<ProcessIdentity> {
  const identity = identify(Number(await readFile(file, 'utf8')));
  if (identity === null) throw new Error(`the process of ${file} does not run`);
  return identity;
}

test.each([
  ['npm start', 'start.ts', ['--no-demo'], 0],
  ['npm run stack -- up', 'stack.ts', ['up'], 130],
])('an interrupt that reaches only %s ends its download and leaves no process', async (_, file, args, exitCode) => {
  const program = path.join(repositoryRoot, 'infra', 'stack', 'src', file);
  const started = runSpoken(program, [...args, '--instance', 'fetching'], {
    MILLRACE_STACK_DIR: folder,
    MILLRACE_CACHE_DIR: path.join(folder, 'cache'),
    PATH: `${folder}:${process.env['PATH']}`,
  });
  const pids = path.join(folder, 'pid');
  const identities = await vi.waitFor(async () => [await identityIn(pids), await identityIn(`${pids}.parent`)], 30_000);
  started.process.kill('SIGINT');
  const { code, output } = await started.ended;
  expect(code, output).toBe(exitCode);
  expect(identities.filter(isAlive)).toEqual([]);
  expect(existsSync(path.join(folder, 'fetching', 'addresses.json'))).toBe(false);
});
