import fc from 'fast-check';
import type { RandomAggregation } from './random-aggregation.ts';

/** For tests: features of the time since the last and since the first event. */
export const randomTimeSince: RandomAggregation = ({ number, boolean, text }) =>
  fc
    .record({
      input: fc.option(fc.oneof(number, boolean, text), { nil: undefined }),
      unit: fc.constantFrom('ms', 's', 'm', 'h', 'd'),
    })
    .map(({ input, unit }) => (input === undefined ? { unit } : { input, unit }));
