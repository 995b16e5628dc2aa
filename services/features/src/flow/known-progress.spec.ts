import { expect, test } from 'vitest';
import { KnownProgress } from './known-progress.ts';

const log = { topic: 'features.by-shop', generation: 0, partition: 1 };
const committed = (offset: number) => () => Promise.resolve(offset);
const rebuilding = expect.objectContaining({ code: 'FEATURES_STATES_REBUILDING', transient: true }) as unknown;

test('states that have been further are not believed until they are there again', async () => {
  const progress = new KnownProgress();
  await progress.check(log, 100, committed(0));
  await expect(progress.check(log, 40, committed(0))).rejects.toEqual(rebuilding);
  await expect(progress.check(log, null, committed(0))).rejects.toEqual(rebuilding);
  await expect(progress.check(log, 100, committed(0))).resolves.toBeUndefined();
  await expect(progress.check({ ...log, partition: 2 }, 40, committed(0))).resolves.toBeUndefined();
});

test('a process that has seen nothing yet goes by what the owners have committed where there is no fence', async () => {
  await expect(new KnownProgress().check(log, null, committed(1))).rejects.toEqual(rebuilding);
  // A commit may be ahead of the fence for a moment.
  await expect(new KnownProgress().check(log, 99, committed(100))).resolves.toBeUndefined();
});

test('a log that nobody has read yet has no states, and that is believed for as long as nothing is committed', async () => {
  const progress = new KnownProgress();
  await expect(progress.check(log, null, committed(0))).resolves.toBeUndefined();
  await expect(progress.check(log, null, committed(5))).rejects.toEqual(rebuilding);
});
