import { countValues, hasManyValues } from './bins.ts';
import type { SideCounts } from './bins.ts';
import { finiteValues } from './finite-values.ts';
import { chiSquareSurvival } from './regularised-gamma.ts';

export interface ChiSquare {
  /** Infinite when the current side holds a category that the reference lacks. */
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
  const referenceTotal = counts.reference.reduce((sum, count) => sum + count, 0);
  const currentTotal = counts.current.reduce((sum, count) => sum + count, 0);
  const scale = currentTotal / referenceTotal;
  let statistic = 0;
  for (let i = 0; i < counts.reference.length; i += 1) {
    const expected = (counts.reference[i] ?? 0) * scale;
    const difference = (counts.current[i] ?? 0) - expected;
    statistic += (difference * difference) / expected;
  }
  const degreesOfFreedom = counts.reference.length - 1;
  const pValue = degreesOfFreedom === 0 ? 1 : chiSquareSurvival(degreesOfFreedom, statistic);
  return { statistic, degreesOfFreedom, pValue };
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

/** For numbers with at most 20 distinct reference values (flags, counts); null for others and for an empty side. */
export function numericChiSquare(reference: ArrayLike<number>, current: ArrayLike<number>): ChiSquare | null {
  const left = finiteValues(reference);
  const right = finiteValues(current);
  if (left.length === 0 || right.length === 0 || hasManyValues(left)) return null;
  return chiSquareOfCounts(countValues(left, right));
}
