import type { NaiveAggregation } from './naive-aggregation.ts';

export const naiveCount: NaiveAggregation = { value: (entries) => entries.length };
