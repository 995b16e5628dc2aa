import { expect, test } from 'vitest';
import { Pacer } from './pacer.ts';

test('event time passes at the given multiple of real time, from the first event on', () => {
  let nowMs = 1_000_000;
  const pacer = new Pacer(60, () => nowMs);
  expect(pacer.delayMs(500_000)).toBe(0);
  expect(pacer.delayMs(560_000)).toBe(1_000);
  nowMs += 400;
  expect(pacer.delayMs(560_000)).toBe(600);
  nowMs += 10_000;
  expect(pacer.delayMs(560_000)).toBe(0);
});

test('without a speed nothing waits', () => {
  const pacer = new Pacer(undefined, () => 0);
  expect([pacer.delayMs(0), pacer.delayMs(1e12)]).toEqual([0, 0]);
});

test('a wait ends when the signal says stop', async () => {
  const pacer = new Pacer(1, () => 0);
  pacer.delayMs(0);
  const stop = new AbortController();
  const waiting = pacer.wait(3_600_000 * 24 * 365, stop.signal);
  stop.abort();
  await waiting;
  expect(stop.signal.aborted).toBe(true);
});
