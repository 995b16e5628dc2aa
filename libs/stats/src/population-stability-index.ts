import { binNumbers, countValues } from './bins.ts';
import type { SideCounts } from './bins.ts';
import { finiteValues } from './finite-values.ts';

/**
 * Population stability index of a number: Σ (r−c)·ln(r/c) over Evidently's bins (`binNumbers`) with Evidently's zero filling.
 * 0 means the same shares; by custom 0.1 is a moderate and 0.25 a large shift. Null when a side has no finite value.
 */
export function numericPsi(reference: ArrayLike<number>, current: ArrayLike<number>): number | null {
  const left = finiteValues(reference);
  const right = finiteValues(current);
  return left.length === 0 || right.length === 0 ? null : psiOfCounts(binNumbers(left, right));
}

/** The same for categories; nulls are missing values and are dropped. */
export function categoricalPsi(
  reference: readonly (string | null)[],
  current: readonly (string | null)[],
): number | null {
  const left = reference.filter((value) => value !== null);
  const right = current.filter((value) => value !== null);
  return left.length === 0 || right.length === 0 ? null : psiOfCounts(countValues(left, right));
}

/** The index of counts in the same bins on both sides; each side has at least one row. */
export function psiOfCounts(counts: SideCounts): number {
  const reference = filledShares(counts.reference);
  const current = filledShares(counts.current);
  let sum = 0;
  for (let i = 0; i < reference.length; i += 1) {
    const r = reference[i] ?? 0;
    const c = current[i] ?? 0;
    sum += (r - c) * Math.log(r / c);
  }
  return sum;
}

/** Empty bins become 0.0001, or a millionth of the smallest share where that is not above 0.0001; the rest is not scaled back to 1. */
function filledShares(counts: Float64Array): Float64Array {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const shares = counts.map((count) => count / total);
  let smallest = Number.POSITIVE_INFINITY;
  for (const share of shares) if (share > 0 && share < smallest) smallest = share;
  const filling = smallest <= 0.0001 ? smallest / 10 ** 6 : 0.0001;
  return shares.map((share) => (share === 0 ? filling : share));
}
