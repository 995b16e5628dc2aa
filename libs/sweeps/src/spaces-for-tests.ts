import fc from 'fast-check';
import type { Distribution, Parameter, SearchSpace } from './search-space.ts';

const bounds = fc
  .tuple(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 4, max: 500 }))
  .map(([low, range]) => ({ low, high: low + range }));
const scale = fc.constantFrom('linear' as const, 'log' as const);

const distribution: fc.Arbitrary<Distribution> = fc.oneof(
  bounds.map((between) => ({ kind: 'uniform' as const, ...between })),
  bounds.map(({ low, high }) => ({ kind: 'log-uniform' as const, low: low / 1000, high })),
  fc.record({ between: bounds, step: fc.integer({ min: 1, max: 4 }), scale }).map(({ between, ...rest }) => ({
    kind: 'int' as const,
    ...between,
    ...rest,
  })),
  fc
    .record({ between: bounds, step: fc.integer({ min: 1, max: 40 }), scale })
    .map(({ between: { low, high }, step, scale: by }) => ({
      kind: 'quantised' as const,
      low: low / 10,
      high: high / 10,
      step: step / 100,
      scale: by,
    })),
  fc
    .uniqueArray(fc.oneof(fc.string({ maxLength: 3 }), fc.integer(), fc.boolean()), { minLength: 1, maxLength: 4 })
    .map((choices) => ({ kind: 'categorical' as const, choices })),
  fc.string().map((value) => ({ kind: 'constant' as const, value })),
);

/** Spaces with parameters of every kind, some of which exist only in one case of the categorical "case". */
export const spaces: fc.Arbitrary<SearchSpace> = fc
  .array(fc.tuple(distribution, fc.boolean()), { minLength: 1, maxLength: 5 })
  .map((distributions): SearchSpace => [
    { name: 'case', kind: 'categorical', choices: ['a', 'b'] },
    ...distributions.map(([one, isConditional], i): Parameter => ({
      name: `p${i}`,
      ...one,
      ...(isConditional && { when: { parameter: 'case', in: ['a'] } }),
    })),
  ]);
