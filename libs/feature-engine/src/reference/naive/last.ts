import type { NaiveAggregation } from './naive-aggregation.ts';

export const naiveLast: NaiveAggregation = { value: (entries) => entries.at(-1)?.value ?? null };
