import { finiteValues } from './finite-values.ts';
import { kolmogorovSurvival } from './ks-one-sample-law.ts';
import { exactTwoSampleProbability } from './ks-two-sample-exact.ts';

export interface KolmogorovSmirnov {
  /** Largest distance between the two empirical distribution functions, 0..1. */
  readonly statistic: number;
  readonly pValue: number;
  readonly method: 'exact' | 'asymptotic';
  readonly referenceCount: number;
  readonly currentCount: number;
}

const LARGEST_EXACT_SAMPLE = 10_000;

/**
 * Two-sided two-sample Kolmogorov-Smirnov test, equal to scipy.stats.ks_2samp with method "auto": exact up to 10,000 rows in the
 * larger sample, else the one-sample law at n = round(m·n/(m+n)), which is not Kolmogorov's limit. Non-finite values are dropped
 * from each side; null when that leaves a side empty.
 */
export function kolmogorovSmirnov(reference: ArrayLike<number>, current: ArrayLike<number>): KolmogorovSmirnov | null {
  return kolmogorovSmirnovOfSorted(finiteValues(reference).sort(), finiteValues(current).sort());
}

/** The same for samples that are finite and sorted ascending already: a reference is sorted once and compared with many windows. */
export function kolmogorovSmirnovOfSorted(reference: Float64Array, current: Float64Array): KolmogorovSmirnov | null {
  const m = reference.length;
  const n = current.length;
  if (m === 0 || n === 0) return null;
  const distance = largestDistance(reference, current);
  const counts = { referenceCount: m, currentCount: n };
  let statistic = distance;
  if (Math.max(m, n) <= LARGEST_EXACT_SAMPLE) {
    const gcd = greatestCommonDivisor(m, n);
    const lcm = (m / gcd) * n;
    const steps = Math.round(distance * lcm);
    statistic = steps / lcm;
    const pValue = exactTwoSampleProbability({ m, n, gcd, steps });
    // Rounding can push the exact sum past 1; scipy then falls back to the asymptotic law, and so do we.
    if (pValue >= 0 && pValue <= 1) return { statistic, pValue, method: 'exact', ...counts };
  }
  const effective = roundHalfEven((m * n) / (m + n));
  return { statistic, pValue: kolmogorovSurvival(effective, statistic), method: 'asymptotic', ...counts };
}

function largestDistance(reference: Float64Array, current: Float64Array): number {
  let i = 0;
  let j = 0;
  let largest = 0;
  while (i < reference.length && j < current.length) {
    const left = reference[i] ?? 0;
    const right = current[j] ?? 0;
    const value = Math.min(left, right);
    while (i < reference.length && reference[i] === value) i += 1;
    while (j < current.length && current[j] === value) j += 1;
    largest = Math.max(largest, Math.abs(i / reference.length - j / current.length));
  }
  return largest;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** numpy's rounding: a half goes to the even neighbour. */
function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}
