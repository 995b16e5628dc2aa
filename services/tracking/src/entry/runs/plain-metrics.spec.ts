import fc from 'fast-check';
import { expect, it } from 'vitest';
import { plainMetrics } from './plain-metrics.ts';
import { logBatch } from './run-requests.ts';

const text = fc.oneof(fc.constantFrom('', 'm', 'a/b'), fc.string({ maxLength: 5 }));
const anything = fc.oneof(
  fc.constantFrom(null, '1', true, 1.5, -1, 2 ** 60, 'NaN', Number.NaN, Number.POSITIVE_INFINITY, {}, []),
  text,
);
const point = fc.record(
  {
    key: fc.oneof({ weight: 9, arbitrary: text }, anything),
    value: fc.oneof({ weight: 9, arbitrary: fc.double() }, anything),
    timestamp: fc.oneof({ weight: 9, arbitrary: fc.nat() }, anything),
    step: fc.oneof({ weight: 9, arbitrary: fc.integer() }, anything),
    model_id: fc.oneof({ weight: 9, arbitrary: text }, anything),
    dataset_name: fc.oneof({ weight: 9, arbitrary: text }, anything),
    other: anything,
  },
  { requiredKeys: ['key', 'value', 'timestamp'] },
);

it('reads what it takes exactly as the schema does, and takes nothing that the schema refuses', () => {
  let taken = 0;
  fc.assert(
    fc.property(
      fc.oneof(fc.array(fc.oneof({ weight: 9, arbitrary: point }, anything), { maxLength: 3 }), anything),
      (metrics) => {
        const plain = plainMetrics(metrics);
        if (plain === null) return;
        taken += 1;
        const parsed = logBatch.safeParse({ run_id: 'r', metrics });
        expect(parsed.data?.metrics).toEqual(plain);
      },
    ),
    { numRuns: 2000 },
  );
  expect(taken).toBeGreaterThan(200);
});
