import { expect, test } from 'vitest';
import { HistoryValues } from './history-values.ts';

const values = new HistoryValues({ id: 'long', at: 'timestamp', amount: 'double', text: 'string' });

test('a whole number that no feature can be made of is kept, and keeps no event out', () => {
  const id = 2n ** 60n + 1n;
  expect(values.of({ id, at: 5, amount: 2.5, text: 'a' })).toEqual([id, 5, 2.5, 'a']);
  expect(values.of({ id: 7, at: id, amount: id, text: null })).toEqual([7, null, null, null]);
});

test('other values are read as for features, and refused as there', () => {
  expect(values.of({ id: 7, at: 5, amount: 2, text: 'a' })).toEqual([7, 5, 2, 'a']);
  expect(values.of({ id: 2n ** 60n, at: 5, amount: Number.NaN })).toMatchObject({ invalid: 'not-a-number' });
});
