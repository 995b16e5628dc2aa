import type { VarianceOf } from '../../aggregations/moments.ts';
import { exactVariance } from './exact.ts';
import type { NaiveAggregation, NaiveEntry } from './naive-aggregation.ts';

/** For tests: the variance, and what is measured by it, out of exact sums. */
export function varianceOfEntries(entries: readonly NaiveEntry[], of: VarianceOf): number | null {
  const degrees = of === 'sample' ? entries.length - 1 : entries.length;
  if (degrees < 1) return null;
  return exactVariance(
    entries.map(({ value }) => Number(value)),
    degrees,
  );
}

export const naiveVariance: NaiveAggregation<{ readonly of: VarianceOf }> = {
  value: (entries, { of }) => varianceOfEntries(entries, of),
};
