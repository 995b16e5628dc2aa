import fc from 'fast-check';
import type { RandomAggregation } from './random-aggregation.ts';

const key = fc.constantFrom('', '10', '9', '0', 'x', 'y', 'ü', '🚀', '__proto__', "q'\\");

export const randomCounts: RandomAggregation = ({ number, boolean, text }) =>
  fc.record(
    {
      input: fc.oneof(number, boolean, { arbitrary: text, weight: 3 }),
      keys: fc.uniqueArray(key, { minLength: 1, maxLength: 5 }),
      maxKeys: fc.integer({ min: 1, max: 4 }),
    },
    { requiredKeys: ['input'] },
  );
