import type { NaiveAggregation } from './naive-aggregation.ts';

export const naiveMin: NaiveAggregation = {
  value: (entries) => Math.min(...entries.map(({ value }) => Number(value))),
};
