import { expect, test } from 'vitest';
import { RequiredColumns } from './required-columns.ts';

test('a column may first come up in a later row', () => {
  const required = new RequiredColumns(['t', 'label', undefined]);
  required.see(['t', 'id']);
  expect(required.allSeen).toBe(false);
  required.see(['t', 'label']);
  expect(required.allSeen).toBe(true);
  expect(() => required.check()).not.toThrow();
});

test('one that never did is named beside those there are', () => {
  const required = new RequiredColumns(['t', 'card']);
  required.see(['t', 'id']);
  required.see(['t', 'amount']);
  expect(() => required.check()).toThrow('the file has no column "card": it has t, id, amount');
});
