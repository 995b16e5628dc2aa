import { expect, it } from 'vitest';
import { judgeAttempt, retryAfterMs } from './judge-attempt.ts';

const rules = { attempts: 5, firstWaitMs: 1000, longestWaitMs: 6000 };
const answered = (status: number, after: number | null = null) =>
  ({ kind: 'answered', status, retryAfterMs: after }) as const;

it('waits double up to the longest, and half of each is left to chance', () => {
  const waits = [1, 2, 3, 4].map((count) => [0, 1].map((random) => judgeAttempt(answered(503), count, rules, random)));
  expect(waits.map((pair) => pair.map((verdict) => (verdict.kind === 'again' ? verdict.inMs : null)))).toEqual([
    [500, 1000],
    [1000, 2000],
    [2000, 4000],
    [3000, 6000],
  ]);
});

it('the last attempt that fails is the end', () => {
  expect(judgeAttempt(answered(503), 5, rules, 0)).toEqual({ kind: 'failed', reason: 'the receiver answered 503' });
});

it('what a receiver asks for counts when it is longer, within bounds', () => {
  expect(judgeAttempt(answered(429, 3000), 1, rules, 0)).toEqual({ kind: 'again', inMs: 3000 });
  expect(judgeAttempt(answered(429, 60_000), 1, rules, 0)).toEqual({ kind: 'again', inMs: 6000 });
  expect(judgeAttempt(answered(429, 1), 1, rules, 0)).toEqual({ kind: 'again', inMs: 500 });
});

it.each([200, 201, 204])('%i is delivered', (status) => {
  expect(judgeAttempt(answered(status), 1, rules, 0)).toEqual({ kind: 'delivered' });
});

it.each([301, 302, 307, 400, 401, 404, 410])('%i is given up at once', (status) => {
  expect(judgeAttempt(answered(status), 1, rules, 0).kind).toBe('failed');
});

it('a connection that fails is tried again, an address that is forbidden is not', () => {
  const unanswered = { kind: 'unanswered', reason: 'refused' } as const;
  expect(judgeAttempt({ ...unanswered, isFinal: false }, 1, rules, 0).kind).toBe('again');
  expect(judgeAttempt({ ...unanswered, isFinal: true }, 1, rules, 0)).toEqual({ kind: 'failed', reason: 'refused' });
});

it('reads Retry-After as seconds and as a date', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  expect(retryAfterMs('7', now)).toBe(7000);
  expect(retryAfterMs('Thu, 01 Jan 2026 00:00:09 GMT', now)).toBe(9000);
  expect(retryAfterMs('soon', now)).toBeNull();
  expect(retryAfterMs(undefined, now)).toBeNull();
});
