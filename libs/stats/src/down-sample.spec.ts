import fc from 'fast-check';
import { expect, it } from 'vitest';
import { downSample } from './down-sample.ts';

it('keeps the first, the last, the least and the greatest, in order, and no more than was asked for', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double(), { minLength: 1, maxLength: 500 }),
      fc.integer({ min: 4, max: 100 }),
      (values, limit) => {
        const points = values.map((value, step) => ({ step, value }));
        const kept = downSample(points, limit, ({ value }) => value);
        expect(kept.length).toBeLessThanOrEqual(limit);
        expect(kept.map(({ step }) => step)).toEqual(kept.map(({ step }) => step).sort((a, b) => a - b));
        expect([kept[0], kept.at(-1)]).toEqual([points[0], points.at(-1)]);
        const finite = (all: typeof points) => all.map(({ value }) => value).filter((value) => !Number.isNaN(value));
        expect(Math.min(...finite(kept))).toBe(Math.min(...finite(points)));
        expect(Math.max(...finite(kept))).toBe(Math.max(...finite(points)));
      },
    ),
  );
});

it('a short peak among very many points is seen', () => {
  const points = Array.from({ length: 1_000_000 }, (_, at) => (at === 654_321 ? 99 : at % 7));
  expect(downSample(points, 400, (value) => value)).toContain(99);
  expect(() => downSample(points, 3, (value) => value)).toThrow(RangeError);
});
