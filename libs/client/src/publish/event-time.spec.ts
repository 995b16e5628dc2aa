import { expect, test } from 'vitest';
import { EventTimeColumn, eventTimeMs, guessUnit } from './event-time.ts';

const at = Date.UTC(2022, 4, 30, 0, 0, 18);

test.each([
  ['2022-05-30T00:00:18Z', 'iso8601', at],
  ['2022-05-30 00:00:18', 'iso8601', at],
  ['2022-05-30T02:00:18+02:00', 'iso8601', at],
  ['2022-05-29 19:00:18-0500', 'iso8601', at],
  ['2022-05-30 00:00:18+00', 'iso8601', at],
  ['2022-05-30 00:00:18 UTC', 'iso8601', at],
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

test.each([null, '', 'soon', '05/30/2022', '2022-13-01', '2024-02-30', true])(
  '%j is no time, and the column is named',
  (value) => {
    expect(() => eventTimeMs(value, 'iso8601', 'happened_at')).toThrow(/happened_at/);
  },
);

test.each([
  ['2022-05-30T00:00:18Z', 'iso8601'],
  [1_653_868_818, 's'],
  ['1653868818', 's'],
  [1_653_868_818_000, 'ms'],
  [1_653_868_818_000_000n, 'us'],
  [new Date(at), 'ms'],
])('%s looks like %s', (value, unit) => {
  expect(guessUnit(value, 't')).toBe(unit);
});

test.each([20_240_131, '20240131'])('the date %s is not taken for a day of 1970', (value) => {
  expect(() => guessUnit(value, 'paid')).toThrow(/column paid: 20240131 looks like a date: write it as 2024-01-31/);
  expect(new EventTimeColumn('paid', 's').readMs({ paid: value })).toBe(20_240_131_000);
});

test('the unit of a column is that of its first value', () => {
  const column = new EventTimeColumn('t');
  expect([column.readMs({ t: '10' }), column.readMs({ t: '4000000000' })]).toEqual([10_000, 4_000_000_000_000]);
});

test('a row without the column is told what it has', () => {
  expect(() => new EventTimeColumn('t').readMs({ time: 1, id: 2 })).toThrow(/no column "t".*time, id/);
});
