import { expect, test } from 'vitest';
import { jsonText } from './json-text.ts';
import { count, shortDuration, shortTime, table } from './layout.ts';

test('columns line up and lines end where their text ends', () => {
  expect(
    table([
      ['a', 'long text', ''],
      ['bcd', 'x', 'y'],
    ]),
  ).toEqual(['a    long text', 'bcd  x          y']);
});

test('numbers come with their thing', () => {
  expect([count(1, 'row'), count(2, 'entry'), count(20_000, 'event')]).toEqual(['1 row', '2 entries', '20,000 events']);
});

test.each([
  [40, '0.0 s'],
  [4_240, '4.2 s'],
  [61_000, '1 min 1 s'],
  [2.5 * 3_600_000, '2 h 30 min'],
  [10 * 86_400_000, '10 days'],
])('%d ms is %s', (ms, text) => {
  expect(shortDuration(ms)).toBe(text);
});

test('times are short', () => {
  expect(shortTime(0)).toBe('1970-01-01 00:00:00Z');
  expect(shortTime(1)).toBe('1970-01-01 00:00:00.001Z');
});

test('values that JSON does not know are written so that they can be read', () => {
  const value = { bytes: Buffer.from('hi'), big: 2n ** 60n, nan: Number.NaN, list: [Buffer.from('a'), Infinity] };
  expect(JSON.parse(jsonText(value))).toEqual({
    bytes: 'aGk=',
    big: '1152921504606846976',
    nan: 'NaN',
    list: ['YQ==', 'Infinity'],
  });
});
