import fc from 'fast-check';
import type { RandomAggregation } from './random-aggregation.ts';

export const randomCount: RandomAggregation = ({ number, boolean, text }) =>
  fc.oneof(fc.constant({}), fc.record({ input: fc.oneof(number, boolean, text) }));
