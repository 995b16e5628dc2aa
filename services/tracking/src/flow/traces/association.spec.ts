import { expect, it } from 'vitest';
import { associationOf } from './association.ts';

it.each([
  ['always together', { total: 10, inFirst: 5, inSecond: 5, inBoth: 5 }, 1],
  ['never together', { total: 10, inFirst: 5, inSecond: 5, inBoth: 0 }, -1],
  ['by chance', { total: 100, inFirst: 50, inSecond: 20, inBoth: 10 }, 0],
  ['both everywhere', { total: 10, inFirst: 10, inSecond: 10, inBoth: 10 }, 1],
  // ln(0.1 / (0.2 * 0.15)) / -ln 0.1
  ['more often than by chance', { total: 100, inFirst: 20, inSecond: 15, inBoth: 10 }, 0.5228787452803376],
])('%s', (_name, counts, npmi) => {
  expect(associationOf(counts).npmi).toBeCloseTo(npmi, 12);
});

it('says nothing where one of them never occurs', () => {
  expect(associationOf({ total: 10, inFirst: 0, inSecond: 5, inBoth: 0 }).npmi).toBeNaN();
});

it('few observations count for less when they are smoothed', () => {
  const { npmi, npmiSmoothed } = associationOf({ total: 2, inFirst: 1, inSecond: 1, inBoth: 1 });
  expect(npmi).toBe(1);
  expect(npmiSmoothed).toBeLessThan(0.8);
});
