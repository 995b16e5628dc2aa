import fc from 'fast-check';
import type { RandomAggregation } from './random-aggregation.ts';

/** From far below to far above the windows of random definitions. */
const halfLife = fc.constantFrom('1ms', '5ms', '1s', '30d');

export const randomDecayedSum: RandomAggregation = ({ number, boolean }) =>
  fc.record({ input: fc.oneof({ arbitrary: number, weight: 4 }, boolean), halfLife });

export const randomDecayedCount: RandomAggregation = ({ number, text }) =>
  fc.oneof(fc.record({ halfLife }), fc.record({ halfLife, input: fc.oneof(number, text) }));
