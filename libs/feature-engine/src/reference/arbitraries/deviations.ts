import fc from 'fast-check';
import type { RandomAggregation } from './random-aggregation.ts';

/** For tests: features of the variance and of the standard deviation. */
export const randomDeviation: RandomAggregation = ({ number, boolean }) =>
  fc
    .record({
      input: fc.oneof({ arbitrary: number, weight: 4 }, boolean),
      of: fc.option(fc.constantFrom('sample', 'population'), { nil: undefined }),
    })
    .map(({ input, of }) => (of === undefined ? { input } : { input, of }));
