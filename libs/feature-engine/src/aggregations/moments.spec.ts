import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hostileNumbers } from '../reference/hostile-numbers.ts';
import { exactDeviation, exactMean, exactVariance } from '../reference/naive/exact.ts';
import { addToMoments, mergeMoments, noMoments, varianceOf, zScoreOf, type Moments } from './moments.ts';

const momentsOf = (values: readonly number[]): Moments => values.reduce(addToMoments, noMoments);

/** Merged in a tree over cuts at random, as blocks of a state are. */
function merged(values: readonly number[], dice: readonly number[]): Moments {
  if (values.length <= 2) return momentsOf(values);
  const [roll = 0, ...others] = dice;
  const cut = 1 + (roll % (values.length - 1));
  return mergeMoments(merged(values.slice(0, cut), others), merged(values.slice(cut), others));
}

const dice = fc.array(fc.nat(1_000), { minLength: 60, maxLength: 60 });

function expectNear(actual: number | null, expected: number): void {
  expect(Math.abs((actual ?? Number.NaN) - expected)).toBeLessThanOrEqual(1e-12 * Math.abs(expected));
}

describe('moments', () => {
  it('keep twelve digits of the variance, whatever the values and however they are merged', () => {
    fc.assert(
      fc.property(hostileNumbers, dice, (values, rolls) => {
        for (const moments of [momentsOf(values), merged(values, rolls)]) {
          expect(moments.count).toBe(values.length);
          expectNear(moments.mean, exactMean(values));
          expectNear(varianceOf(moments, 'population'), exactVariance(values, values.length));
          if (values.length > 1) expectNear(varianceOf(moments, 'sample'), exactVariance(values, values.length - 1));
        }
      }),
    );
  });

  it('keep twelve digits of the score of any value against them', () => {
    fc.assert(
      fc.property(hostileNumbers, fc.constantFrom(0, 1e9 + 0.5, 1e9, 0.1, -1e15, 7e15), dice, (values, own, rolls) => {
        const score = zScoreOf(merged(values, rolls), own, 'population');
        const deviation = Math.sqrt(exactVariance(values, values.length));
        const exact = exactDeviation(own, values);
        if (deviation === 0) expect(score).toBeNull();
        // The distance is known to within the roundings of the mean, and they are measured in deviations.
        else
          expect(Math.abs((score ?? Number.NaN) * deviation - exact)).toBeLessThanOrEqual(
            1e-12 * Math.max(Math.abs(exact), deviation),
          );
      }),
    );
  });

  it('of equal values have no variance at all, also where their sum is rounded', () => {
    const moments = momentsOf([0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1]);
    expect(varianceOf(moments, 'sample')).toBe(0);
    expect(varianceOf(mergeMoments(moments, momentsOf([0.1, 0.1, 0.1])), 'population')).toBe(0);
    expect(zScoreOf(moments, 0.2, 'sample')).toBeNull();
  });

  it('of one value are a population but no sample', () => {
    expect(varianceOf(momentsOf([5]), 'sample')).toBeNull();
    expect(varianceOf(momentsOf([5]), 'population')).toBe(0);
    expect(varianceOf(noMoments, 'population')).toBeNull();
  });
});
