import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sortByTime } from './sort-by-time.ts';
import type { TimedEntry } from './sorted-runs.ts';
import { collect } from '../collect-for-tests.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sort-test-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function* from<T>(entries: readonly T[]): AsyncGenerator<T> {
  yield* entries;
}

test('any entries come out by time, equal times in the order of arrival, whatever fits in memory', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 200 }),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 2, max: 4 }),
      async (times, maxWeight, maxRuns) => {
        const entries = times.map((timeMs, entry) => ({ timeMs, entry }));
        const sorted = await collect(sortByTime(from(entries), { maxWeight, maxRuns, folder }));
        expect(sorted).toEqual([...entries].sort((a, b) => a.timeMs - b.timeMs));
      },
    ),
    { numRuns: 60 },
  );
  expect(await readdir(folder)).toEqual([]);
});

test('what JSON cannot hold survives the way over the disk', async () => {
  const values = [2n ** 60n, new Date(5), Number.NaN, null, Buffer.from([1, 2])];
  const entries = values.map((entry, i) => ({ timeMs: values.length - i, entry }));
  const sorted = await collect(sortByTime<unknown>(from(entries), { maxWeight: 2, folder }));
  expect(sorted.map(({ entry }) => entry).reverse()).toEqual(values.map((v) => (Buffer.isBuffer(v) ? v : v)));
});

test('heavy entries go to disk sooner than light ones', async () => {
  const held: number[] = [];
  const entries = async function* (): AsyncGenerator<TimedEntry<number>> {
    for (let i = 0; i < 6; i += 1) {
      held.push((await readdir(folder)).length);
      yield { timeMs: -i, entry: i };
    }
  };
  await collect(sortByTime(entries(), { weigh: () => 5, maxWeight: 10, folder }));
  expect(held).toEqual([0, 0, 1, 1, 1, 1]);
});

test('a reader that stops half-way leaves no file behind', async () => {
  const entries = Array.from({ length: 50 }, (_, i) => ({ timeMs: i, entry: i }));
  for await (const { entry } of sortByTime(from(entries), { maxWeight: 5, folder })) if (entry === 10) break;
  expect(await readdir(folder)).toEqual([]);
});

test('a folder that cannot be written to is named, with the remedy', async () => {
  const missing = join(folder, 'missing');
  const sorting = collect(sortByTime(from([{ timeMs: 1, entry: 1 }]), { maxWeight: 1, folder: missing }));
  await expect(sorting).rejects.toMatchObject({
    code: 'CLIENT_SORT_FAILED',
    message: expect.stringContaining('TMPDIR'),
  });
});
