import fc from 'fast-check';
import type { RandomAggregation } from './random-aggregation.ts';

export const randomSum: RandomAggregation = ({ number, boolean }) =>
  fc.record(
    { input: fc.oneof({ arbitrary: number, weight: 4 }, boolean), decimals: fc.constantFrom(0, 1, 2) },
    { requiredKeys: ['input'] },
  );
