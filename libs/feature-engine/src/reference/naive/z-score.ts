import type { VarianceOf } from '../../aggregations/moments.ts';
import { exactDeviation } from './exact.ts';
import type { NaiveAggregation } from './naive-aggregation.ts';
import { varianceOfEntries } from './variance.ts';

export const naiveZScore: NaiveAggregation<{ readonly of: VarianceOf }> = {
  value: (entries, { of }) => {
    const own = entries.find(({ isOwn }) => isOwn);
    const others = entries.filter(({ isOwn }) => !isOwn);
    const variance = varianceOfEntries(others, of);
    if (own === undefined || variance === null || variance === 0) return null;
    const values = others.map(({ value }) => Number(value));
    return exactDeviation(Number(own.value), values) / Math.sqrt(variance);
  },
};
