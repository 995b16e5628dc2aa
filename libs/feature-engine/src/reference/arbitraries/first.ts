import fc from 'fast-check';
import type { RandomAggregation } from './random-aggregation.ts';

export const randomFirst: RandomAggregation = ({ number, boolean, text }) =>
  fc.record({ input: fc.oneof({ arbitrary: number, weight: 2 }, boolean, text) });
