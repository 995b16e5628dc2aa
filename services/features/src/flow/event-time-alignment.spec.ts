import { afterEach, expect, test, vi } from 'vitest';
import { EventTimeAlignment } from './event-time-alignment.ts';

const never = new AbortController().signal;
const settled = async (promise: Promise<unknown>): Promise<boolean> => {
  const pending = Symbol('pending');
  return (await Promise.race([promise, new Promise((resolve) => setTimeout(resolve, 5, pending))])) !== pending;
};

afterEach(() => vi.useRealTimers());

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

test('a wait ends when the slowest does not move for ten seconds, however much the others do', async () => {
  vi.useFakeTimers();
  const alignment = new EventTimeAlignment();
  for (const partition of [0, 1, 2]) alignment.join(partition, true);
  let horizonMs: number | undefined;
  const ahead = alignment.horizon(0, 1_000, { slackMs: 1, signal: never }).then((ms) => (horizonMs = ms));
  alignment.stands(1, { nextMs: 10 });
  alignment.stands(2, { nextMs: 20 });
  for (let second = 0; second < 9; second += 1) {
    await vi.advanceTimersByTimeAsync(1_000);
    alignment.stands(2, { nextMs: 30 + second });
  }
  alignment.stands(1, { nextMs: 11 });
  await vi.advanceTimersByTimeAsync(9_000);
  expect(horizonMs).toBeUndefined();
  alignment.stands(2, { nextMs: 50 });
  await vi.advanceTimersByTimeAsync(1_000);
  await ahead;
  expect(horizonMs).toBe(1_000);
});
