/**
 * Number, mean and sum of squared deviations from it, of any number of values. The mean is an unevaluated pair of doubles:
 * its rounding in a single one (1e-7 at 1e9) would be as large as the deviations of values that lie close together.
 */
export interface Moments {
  readonly count: number;
  readonly mean: number;
  readonly meanLow: number;
  readonly squares: number;
}

export const noMoments: Moments = { count: 0, mean: 0, meanLow: 0, squares: 0 };

/**
 * Moments of two sets of values together (T. F. Chan, G. H. Golub, R. J. LeVeque 1979), relative error of `squares` about
 * 1e-16 times the number of merges. Equal values leave `squares` at exactly zero. Values beyond 1e154 apart overflow: then
 * it is not finite.
 */
export function mergeMoments(a: Moments, b: Moments): Moments {
  if (a.count === 0) return b;
  if (b.count === 0) return a;
  const count = a.count + b.count;
  const apart = b.mean - a.mean + (b.meanLow - a.meanLow);
  const share = b.count / count;
  const step = apart * share;
  // TwoSum: what the addition rounds away goes to the low part.
  const sum = a.mean + step;
  const shadow = sum - a.mean;
  const low = a.meanLow + (a.mean - (sum - shadow) + (step - shadow));
  const mean = sum + low;
  return { count, mean, meanLow: low - (mean - sum), squares: a.squares + b.squares + apart * step * a.count };
}

export function addToMoments(moments: Moments, value: number): Moments {
  return mergeMoments(moments, { count: 1, mean: value, meanLow: 0, squares: 0 });
}

export type VarianceOf = 'sample' | 'population';

/** Null where there are too few values: none, or one of a sample. Not finite where the squares overflow. */
export function varianceOf({ count, squares }: Moments, of: VarianceOf): number | null {
  const degrees = of === 'sample' ? count - 1 : count;
  return degrees < 1 ? null : squares / degrees;
}

/** How many standard deviations a value lies above the mean; null where there is no deviation to measure by. */
export function zScoreOf(moments: Moments, value: number, of: VarianceOf): number | null {
  const variance = varianceOf(moments, of);
  if (variance === null || variance === 0) return null;
  return (value - moments.mean - moments.meanLow) / Math.sqrt(variance);
}
