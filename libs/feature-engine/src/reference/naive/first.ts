import type { NaiveAggregation } from './naive-aggregation.ts';

export const naiveFirst: NaiveAggregation = { value: (entries) => entries[0]?.value ?? null };
