import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { uninterrupted } from '../interrupt.ts';
import { identify, isAlive } from '../process-identity.ts';
import { mustRun } from '../run-command.ts';
import { cached, findCached, type CachedThing } from './cached.ts';

/** Ends what hangs, and judges no speed. */
const longMs = 60_000;

let directory = '';
const thing = (build: CachedThing['build']): CachedThing => ({ key: 'thing/1', title: 'thing', build });

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'millrace-cache-'));
  vi.stubEnv('MILLRACE_CACHE_DIR', directory);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(directory, { recursive: true });
});

test('two at once build once, and a third finds it', async () => {
  let builds = 0;
  const build = async (target: string): Promise<void> => {
    builds += 1;
    await new Promise((resolve) => setTimeout(resolve, 100));
    await writeFile(path.join(target, 'file'), 'whole');
  };
  const folders = await Promise.all([cached(thing(build), uninterrupted), cached(thing(build), uninterrupted)]);
  folders.push(await cached(thing(build), uninterrupted));
  expect(builds).toBe(1);
  expect(new Set(folders).size).toBe(1);
  expect(await readFile(path.join(folders[0] ?? '', 'file'), 'utf8')).toBe('whole');
});

test('a build that fails leaves nothing that looks complete, and the next one starts anew', async () => {
  const broken = async (target: string): Promise<void> => {
    await writeFile(path.join(target, 'half'), '');
    throw new Error('the network went away');
  };
  await expect(cached(thing(broken), uninterrupted)).rejects.toThrow('the network went away');
  const folder = await cached(
    thing(async () => {}),
    uninterrupted,
  );
  expect(existsSync(path.join(folder, 'half'))).toBe(false);
});

test('the rest of an interrupted build is made anew', async () => {
  await mkdir(path.join(directory, 'thing/1'), { recursive: true });
  await writeFile(path.join(directory, 'thing/1/half'), '');
  const build = (target: string): Promise<void> => writeFile(path.join(target, 'file'), '');
  const folder = await cached({ ...thing(build), keepsItsPath: true }, uninterrupted);
  expect(existsSync(path.join(folder, 'half'))).toBe(false);
  expect(existsSync(path.join(folder, 'file'))).toBe(true);
});

test('a build that goes on after its owner was killed writes into no later one', async () => {
  let ofTheOrphan = '';
  const orphaned = async (target: string): Promise<void> => {
    ofTheOrphan = target;
    throw new Error('killed');
  };
  await expect(cached({ ...thing(orphaned), keepsItsPath: true }, uninterrupted)).rejects.toThrow('killed');
  const later = async (target: string): Promise<void> => {
    await mkdir(ofTheOrphan, { recursive: true });
    await writeFile(path.join(ofTheOrphan, 'half'), '');
    await writeFile(path.join(target, 'file'), target);
  };
  const folder = await cached({ ...thing(later), keepsItsPath: true }, uninterrupted);
  expect(existsSync(path.join(folder, 'half'))).toBe(false);
  // What names its own path is found there.
  expect(existsSync(path.join(await readFile(path.join(folder, 'file'), 'utf8'), 'file'))).toBe(true);
});

test('an interrupt ends the command of the build with its children and leaves nothing that looks complete', async () => {
  const person = new AbortController();
  const pidFile = path.join(directory, 'pid');
  const build = async (): Promise<void> => {
    await mustRun('sh', ['-c', `sleep 600 & echo $! > ${pidFile}; wait`], { signal: person.signal });
  };
  const fetching = cached(thing(build), person.signal);
  const child = await vi.waitFor(
    async () => identify(Number(await readFile(pidFile, 'utf8'))) ?? Promise.reject(new Error('no child')),
    longMs,
  );
  person.abort(new Error('interrupted'));
  await expect(fetching).rejects.toThrow('interrupted');
  expect(isAlive(child)).toBe(false);
  expect(findCached('thing/1')).toBeNull();
});
