import type { Percentile } from '../../aggregations/percentile.ts';
import type { NaiveAggregation } from './naive-aggregation.ts';

/** For tests: the value itself out of the sorted ones, which a sketch comes near to. */
export function exactPercentiles(values: readonly number[], shares: readonly number[]): number[] {
  const sorted = values.toSorted((a, b) => a - b);
  return shares.map((share) => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN);
}

/**
 * For tests: the exact percentile, moved to the middle of the bucket that it lies in; buckets keep the order of values. They are
 * walked through by their borders, 2^e * (1 + j / k).
 */
export const naivePercentile: NaiveAggregation<Percentile> = {
  value: (entries, { q, accuracy }) => {
    const values = entries.map(({ value }) => Number(value));
    const found = exactPercentiles(values, [q].flat()).map((value) => middle(value, Math.ceil(1 / (2 * accuracy))));
    return typeof q === 'number' ? (found[0] ?? null) : JSON.stringify(found);
  },
};

function middle(value: number, steps: number): number {
  const size = Math.abs(value);
  if (size < 2 ** -40) return 0;
  let exponent = -40;
  while (exponent < 63 && 2 ** (exponent + 1) <= size) exponent += 1;
  let step = 0;
  while (step + 1 < steps && (size / 2 ** exponent - 1) * steps >= step + 1) step += 1;
  return Math.sign(value) * ((2 * steps + 2 * step + 1) / (2 * steps)) * 2 ** exponent;
}
