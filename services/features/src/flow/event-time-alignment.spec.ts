import { expect, test } from 'vitest';
import { EventTimeAlignment } from './event-time-alignment.ts';

const never = new AbortController().signal;
const settled = async (promise: Promise<unknown>): Promise<boolean> => {
  const pending = Symbol('pending');
  return (await Promise.race([promise, new Promise((resolve) => setTimeout(resolve, 5, pending))])) !== pending;
};

test('a partition waits for one that has records waiting and has not begun', async () => {
  const alignment = new EventTimeAlignment();
  alignment.join(0, true);
  alignment.join(1, true);
  const ahead = alignment.horizon(0, 1_000, { slackMs: 100, signal: never });
  expect(await settled(ahead)).toBe(false);
  expect(await settled(alignment.horizon(1, 500, { slackMs: 100, signal: never }))).toBe(true);
  alignment.stands(1, { nextMs: 950 });
  expect(await ahead).toBe(1_050);
});

test('the slowest partition never waits, and one that has caught up holds nobody back', async () => {
  const alignment = new EventTimeAlignment();
  alignment.join(0, true);
  alignment.join(1, false);
  expect(await alignment.horizon(0, 5_000, { slackMs: 10, signal: never })).toBe(Number.POSITIVE_INFINITY);
  alignment.join(1, true);
  alignment.stands(1, { nextMs: 6_000 });
  expect(await alignment.horizon(0, 5_000, { slackMs: 10, signal: never })).toBe(6_010);
});

test('a partition that leaves is waited for no longer, and a wait ends when the partition itself is taken away', async () => {
  const alignment = new EventTimeAlignment();
  alignment.join(0, true);
  alignment.join(1, true);
  const ahead = alignment.horizon(0, 1_000, { slackMs: 1, signal: never });
  alignment.leave(1);
  expect(await ahead).toBe(Number.POSITIVE_INFINITY);
  alignment.join(1, true);
  const taken = new AbortController();
  const waiting = alignment.horizon(0, 1_000, { slackMs: 1, signal: taken.signal });
  taken.abort();
  expect(await waiting).toBe(1_000);
});
