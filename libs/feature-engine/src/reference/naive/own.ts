import type { NaiveAggregation } from './naive-aggregation.ts';

export const naiveOwn: NaiveAggregation = { value: (entries) => entries.find(({ isOwn }) => isOwn)?.value ?? null };
