import fc from 'fast-check';
import type { RandomAggregation } from './random-aggregation.ts';

export const randomMean: RandomAggregation = ({ number, boolean }) =>
  fc.record({ input: fc.oneof({ arbitrary: number, weight: 4 }, boolean) });
