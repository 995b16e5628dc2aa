import { binNumbers, countValues, hasManyValues } from './bins.ts';
import type { SideCounts } from './bins.ts';
import { finiteValues } from './finite-values.ts';
import { chiSquareSurvival } from './regularised-gamma.ts';

export interface ChiSquare {
  /** Infinite when categories are compared and the current side holds one that the reference lacks. */
  readonly statistic: number;
  readonly degreesOfFreedom: number;
  readonly pValue: number;
}

/**
 * Evidently's one-way chi-square test: the current counts against the reference counts scaled to the current size, not a
 * contingency table. A category new in the current side has expectation 0, so p = 0. With one category there is nothing to test:
 * statistic 0 and p = NaN in scipy is `pValue` 1 here.
 */
export function chiSquareOfCounts(counts: SideCounts): ChiSquare {
  const scale = total(counts.current) / total(counts.reference);
  let statistic = 0;
  let categories = 0;
  for (let i = 0; i < counts.reference.length; i += 1) {
    const expected = (counts.reference[i] ?? 0) * scale;
    const difference = (counts.current[i] ?? 0) - expected;
    if (expected === 0 && difference === 0) continue;
    categories += 1;
    statistic += (difference * difference) / expected;
  }
  return tested(statistic, categories - 1);
}

/**
 * The chi-square test of homogeneity: whether both sides are samples of one distribution. Equal to scipy.stats.chi2_contingency
 * without continuity correction over the bins that hold a row of either side. It is the test for bins: their edges are drawn over both
 * sides, so a bin that only the current side reaches is nothing new, as a category is.
 */
export function chiSquareContingency(counts: SideCounts): ChiSquare {
  const referenceTotal = total(counts.reference);
  const currentTotal = total(counts.current);
  const share = referenceTotal / (referenceTotal + currentTotal);
  let statistic = 0;
  let bins = 0;
  for (let i = 0; i < counts.reference.length; i += 1) {
    const reference = counts.reference[i] ?? 0;
    const both = reference + (counts.current[i] ?? 0);
    if (both === 0) continue;
    bins += 1;
    const expected = both * share;
    const difference = reference - expected;
    // The current side's cell differs from its own expectation by the same number.
    statistic += difference * difference * (1 / expected + 1 / (both - expected));
  }
  return tested(statistic, bins - 1);
}

function tested(statistic: number, degreesOfFreedom: number): ChiSquare {
  return {
    statistic,
    degreesOfFreedom,
    pValue: degreesOfFreedom === 0 ? 1 : chiSquareSurvival(degreesOfFreedom, statistic),
  };
}

function total(side: Float64Array): number {
  return side.reduce((sum, count) => sum + count, 0);
}

/** Null when a side is empty after nulls are dropped. */
export function categoricalChiSquare(
  reference: readonly (string | null)[],
  current: readonly (string | null)[],
): ChiSquare | null {
  const left = reference.filter((value) => value !== null);
  const right = current.filter((value) => value !== null);
  return left.length === 0 || right.length === 0 ? null : chiSquareOfCounts(countValues(left, right));
}

/**
 * Up to 20 distinct values in the reference each value is a category (`chiSquareOfCounts`, Evidently's), above that Sturges' bins over
 * both sides are compared (`chiSquareContingency`). Null when a side has no finite value.
 */
export function numericChiSquare(reference: ArrayLike<number>, current: ArrayLike<number>): ChiSquare | null {
  const left = finiteValues(reference);
  const right = finiteValues(current);
  if (left.length === 0 || right.length === 0) return null;
  const counts = binNumbers(left, right);
  return hasManyValues(left) ? chiSquareContingency(counts) : chiSquareOfCounts(counts);
}
