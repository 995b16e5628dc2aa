import { expect, test } from 'vitest';
import { eventTimeMs, guessUnit } from './event-time.ts';

const at = Date.UTC(2022, 4, 30, 0, 0, 18);

test.each([
  ['2022-05-30T00:00:18Z', 'iso8601', at],
  ['2022-05-30 00:00:18', 'iso8601', at],
  ['2022-05-30T02:00:18+02:00', 'iso8601', at],
  ['2022-05-29 19:00:18-0500', 'iso8601', at],
  ['2022-05-30T00:00:18.250Z', 'iso8601', at + 250],
  ['2022-05-30', 'iso8601', at - 18_000],
  [at, 'ms', at],
  [String(at), 'ms', at],
  [at / 1000, 's', at],
  [BigInt(at) * 1000n, 'us', at],
  [new Date(at), 'ms', at],
] as const)('%s as %s', (value, unit, expected) => {
  expect(eventTimeMs(value, unit, 't')).toBe(expected);
});

test.each([null, '', 'soon', '05/30/2022', '2022-13-01', true])('%j is no time, and the column is named', (value) => {
  expect(() => eventTimeMs(value, 'iso8601', 'happened_at')).toThrow(/happened_at/);
});

test.each([
  ['2022-05-30T00:00:18Z', 'iso8601'],
  [1_653_868_818, 's'],
  ['1653868818', 's'],
  [1_653_868_818_000, 'ms'],
  [1_653_868_818_000_000n, 'us'],
  [new Date(at), 'ms'],
])('%s looks like %s', (value, unit) => {
  expect(guessUnit(value)).toBe(unit);
});
