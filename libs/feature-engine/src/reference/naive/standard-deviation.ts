import type { VarianceOf } from '../../aggregations/moments.ts';
import type { NaiveAggregation } from './naive-aggregation.ts';
import { varianceOfEntries } from './variance.ts';

export const naiveStandardDeviation: NaiveAggregation<{ readonly of: VarianceOf }> = {
  value: (entries, { of }) => {
    const variance = varianceOfEntries(entries, of);
    return variance === null ? null : Math.sqrt(variance);
  },
};
