import { expect, it } from 'vitest';
import { differences } from './differences.ts';

it('parts what all runs have alike from what differs or is missing somewhere', () => {
  const run = (entries: Record<string, string>) => new Map(Object.entries(entries));
  expect(
    differences([
      run({ a: '1', b: '1', toString: 'x' }),
      run({ a: '1', b: '2', toString: 'x' }),
      run({ a: '1', b: '2', toString: 'x', c: '' }),
    ]),
  ).toEqual({
    same: { a: '1', toString: 'x' },
    differ: { b: ['1', '2', '2'], c: [null, null, ''] },
  });
  expect(differences([run({ a: '' })])).toEqual({ same: { a: '' }, differ: {} });
});
