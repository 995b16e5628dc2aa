import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { cached } from './cached.ts';

let directory = '';

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
  const folders = await Promise.all([cached('thing/1', 'thing', build), cached('thing/1', 'thing', build)]);
  folders.push(await cached('thing/1', 'thing', build));
  expect(builds).toBe(1);
  expect(new Set(folders).size).toBe(1);
  expect(await readFile(path.join(folders[0] ?? '', 'file'), 'utf8')).toBe('whole');
});

test('a build that fails leaves nothing that looks complete, and the next one starts anew', async () => {
  const broken = async (target: string): Promise<void> => {
    await writeFile(path.join(target, 'half'), '');
    throw new Error('the network went away');
  };
  await expect(cached('thing/1', 'thing', broken)).rejects.toThrow('the network went away');
  const folder = await cached('thing/1', 'thing', async () => {});
  expect(existsSync(path.join(folder, 'half'))).toBe(false);
});

test('the rest of an interrupted build is made anew', async () => {
  await mkdir(path.join(directory, 'thing/1'), { recursive: true });
  await writeFile(path.join(directory, 'thing/1/half'), '');
  const folder = await cached('thing/1', 'thing', (target) => writeFile(path.join(target, 'file'), ''), {
    inPlace: true,
  });
  expect(existsSync(path.join(folder, 'half'))).toBe(false);
  expect(existsSync(path.join(folder, 'file'))).toBe(true);
});
