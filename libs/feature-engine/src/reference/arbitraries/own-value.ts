import fc from 'fast-check';
import { randomDeviation } from './deviations.ts';
import type { RandomAggregation } from './random-aggregation.ts';

/** Of what an aggregation about the own event refuses: a window that it does not lie in. */
const reachesOwn = { delay: undefined, ownEvent: undefined };

export const randomOwn: RandomAggregation = ({ number, boolean, text }) =>
  fc
    .record({ input: fc.oneof({ arbitrary: number, weight: 2 }, boolean, text) })
    .map((members) => ({ ...members, ...reachesOwn }));

export const randomZScore: RandomAggregation = (inputs) =>
  randomDeviation(inputs).map((members) => ({ ...members, ...reachesOwn }));
