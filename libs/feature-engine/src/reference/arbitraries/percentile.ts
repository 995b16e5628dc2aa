import fc from 'fast-check';
import type { RandomAggregation } from './random-aggregation.ts';

const share = fc.oneof(fc.constantFrom(0, 0.5, 0.95, 1), fc.double({ min: 0, max: 1, noNaN: true }));

export const randomPercentile: RandomAggregation = ({ number, boolean }) =>
  fc.record(
    {
      input: fc.oneof({ arbitrary: number, weight: 3 }, boolean),
      q: fc.oneof(share, fc.array(share, { minLength: 1, maxLength: 4 })),
      accuracy: fc.constantFrom(0.1, 0.05, 0.03, 0.01, 0.001),
    },
    { requiredKeys: ['input', 'q'] },
  );
