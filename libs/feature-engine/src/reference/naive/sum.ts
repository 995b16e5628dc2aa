import type { NaiveAggregation } from './naive-aggregation.ts';

export const naiveSum: NaiveAggregation = {
  value: (entries) => entries.reduce((total, { value }) => total + Number(value), 0),
};
