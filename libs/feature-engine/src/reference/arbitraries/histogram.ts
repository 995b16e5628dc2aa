import fc from 'fast-check';
import type { RandomAggregation } from './random-aggregation.ts';

const bounds = fc
  .uniqueArray(fc.integer({ min: -5, max: 20 }), { minLength: 1, maxLength: 6 })
  .map((drawn) => drawn.toSorted((a, b) => a - b));

export const randomHistogram: RandomAggregation = ({ number, boolean }) =>
  fc.record({ input: fc.oneof({ arbitrary: number, weight: 3 }, boolean), bounds });
