import fc from 'fast-check';
import type { RandomAggregation } from './random-aggregation.ts';

export const randomDistinct: RandomAggregation = ({ number, boolean, text }) =>
  fc.record(
    {
      input: fc.oneof(number, boolean, text),
      // Few enough that windows go beyond it.
      exactUpTo: fc.integer({ min: 0, max: 6 }),
      precision: fc.integer({ min: 4, max: 16 }),
    },
    { requiredKeys: ['input'] },
  );
