import type { NaiveAggregation } from './naive-aggregation.ts';

export const naiveMean: NaiveAggregation = {
  value: (entries) => entries.reduce((total, { value }) => total + Number(value), 0) / entries.length,
};
