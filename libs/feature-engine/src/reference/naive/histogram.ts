import type { Histogram } from '../../aggregations/histogram.ts';
import type { NaiveAggregation } from './naive-aggregation.ts';

export const naiveHistogram: NaiveAggregation<Histogram> = {
  value: (entries, { bounds }) => {
    const borders = [Number.NEGATIVE_INFINITY, ...bounds, Number.POSITIVE_INFINITY];
    const counts = borders.slice(1).map((upper, index) => {
      const lower = borders[index] ?? Number.NEGATIVE_INFINITY;
      return entries.filter(({ value }) => Number(value) > lower && Number(value) <= upper).length;
    });
    return JSON.stringify(counts);
  },
};
