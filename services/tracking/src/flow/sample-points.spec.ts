import fc from 'fast-check';
import { expect, it } from 'vitest';
import { samplePoints } from './sample-points.ts';

const upTo = (length: number): number[] => Array.from({ length }, (_, i) => i);

it('takes one from each of parts of nearly equal size', () => {
  expect(samplePoints(upTo(10), 3)).toEqual([0, 4, 9]);
  expect(samplePoints(upTo(10), 4)).toEqual([0, 3, 6, 9]);
  expect(samplePoints(upTo(3), 5)).toEqual([0, 1, 2]);
  expect(samplePoints(upTo(3), 1)).toEqual([2]);
  expect(samplePoints([], 5)).toEqual([]);
});

it('keeps the first and the last, in order and never more than asked for', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 2, max: 60 }), (length, count) => {
      const sample = samplePoints(upTo(length), count);
      expect(sample).toHaveLength(Math.min(length, count));
      expect([sample[0], sample.at(-1)]).toEqual([0, length - 1]);
      expect(sample.toSorted((a, b) => a - b)).toEqual(sample);
      expect(new Set(sample).size).toBe(sample.length);
    }),
  );
});
