import fc from 'fast-check';
import type { RandomAggregation } from './random-aggregation.ts';

const members = fc
  .record(
    { k: fc.integer({ min: 1, max: 6 }), distinct: fc.boolean(), nth: fc.integer({ min: 1, max: 6 }) },
    { requiredKeys: ['k'] },
  )
  .map(({ k, nth, ...rest }) => ({ k, ...rest, ...(nth === undefined || nth > k ? {} : { nth }) }));

/** Of first-k and last-k. */
export const randomByTime: RandomAggregation = ({ number, boolean, text }) =>
  fc.tuple(members, fc.oneof(number, boolean, text)).map(([drawn, input]) => ({ ...drawn, input }));

/** Of top-k and bottom-k. */
export const randomByValue: RandomAggregation = ({ number, boolean }) =>
  fc.tuple(members, fc.oneof(number, boolean)).map(([drawn, input]) => ({ ...drawn, input }));
