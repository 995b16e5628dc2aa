import type { NaiveAggregation } from './naive-aggregation.ts';

export const naiveMax: NaiveAggregation = {
  value: (entries) => Math.max(...entries.map(({ value }) => Number(value))),
};
