import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Faults } from '../definitions/faults.ts';
import { ObjectReader } from '../definitions/object-reader.ts';
import { randomPercentile } from '../reference/arbitraries/percentile.ts';
import { drawnParameters } from '../reference/drawn-parameters.ts';
import { brokenMergeLaw } from '../reference/merge-laws.ts';
import { exactPercentiles, naivePercentile } from '../reference/naive/percentile.ts';
import { agreeAsJson } from '../reference/agree-as-json.ts';
import { bucketOf, bucketsPerSide, middleOf } from './dd-sketch.ts';
import { percentile } from './percentile.ts';

const accuracy = fc.constantFrom(0.1, 0.05, 0.03, 0.01, 0.001);
const parameters = drawnParameters(percentile, randomPercentile);
const value = fc.oneof(
  fc.integer({ min: -100, max: 1_000 }),
  fc.double({ min: -1e6, max: 1e6, noNaN: true }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, -0, 2 ** -40, 2 ** -41, 2 ** 64, -(2 ** 64), Number.MAX_VALUE, 5e-324, 1_700_000_000_000),
);
/** What the stated accuracy holds for. */
const inRange = fc.oneof(
  fc.integer({ min: -100, max: 1_000 }),
  fc.double({ min: 2 ** -40, max: 2 ** 63, noNaN: true }),
  fc.double({ min: -(2 ** 63), max: -(2 ** -40), noNaN: true }),
);

function evaluate(values: readonly number[], of: { q: number[]; accuracy: number }): number[] {
  const { part } = percentile;
  if (part === undefined) throw new Error('no part');
  let counts = part.empty(of);
  values.forEach((each, index) => (counts = part.add(counts, each, { timeMs: index, position: index }, of)));
  return JSON.parse(String(part.finish(counts, { timeMs: 0, ownPosition: null }, of))) as number[];
}

describe('percentile', () => {
  it('gives what its twin gives, however a window is cut', () => {
    expect(
      brokenMergeLaw({ kind: percentile, naive: naivePercentile, parameters, value, agree: agreeAsJson }),
    ).toBeNull();
  });

  it('is as accurate as it says, for every share', () => {
    fc.assert(
      fc.property(fc.array(inRange, { minLength: 1, maxLength: 200 }), accuracy, (values, of) => {
        const q = Array.from({ length: 51 }, (_, index) => index / 50);
        const exact = exactPercentiles(values, q);
        evaluate(values, { q, accuracy: of }).forEach((found, index) => {
          const wanted = exact[index] ?? 0;
          expect(Math.abs(found - wanted)).toBeLessThanOrEqual(of * Math.abs(wanted) * (1 + 1e-12));
        });
      }),
      { numRuns: 60 },
    );
  });

  it('orders buckets as values, and gives the middle of each back its own number', () => {
    for (const perOctave of [5, 17, 50, 500]) {
      let before = Number.NEGATIVE_INFINITY;
      for (let bucket = -bucketsPerSide(perOctave); bucket <= bucketsPerSide(perOctave); bucket += 1) {
        const middle = middleOf(bucket, perOctave);
        if (bucketOf(middle, perOctave) !== bucket || middle <= before)
          expect({ bucket, perOctave, middle }).toBeNull();
        before = middle;
      }
    }
    expect(bucketOf(Number.MAX_VALUE, 50)).toBe(bucketsPerSide(50));
    expect(bucketOf(-(2 ** 64), 50)).toBe(-bucketsPerSide(50));
  });

  it('takes out what was merged in', () => {
    const of = { q: 0.5, accuracy: 0.01 };
    const { part } = percentile;
    const counts = part?.add(new Map(), 3, { timeMs: 0, position: 0 }, of) ?? new Map();
    const both = part?.add(new Map(counts), 7, { timeMs: 1, position: 1 }, of) ?? new Map();
    expect(part?.subtract?.(both, counts, of)).toEqual(part?.add(new Map(), 7, { timeMs: 1, position: 1 }, of));
  });

  it('refuses shares and accuracies that it cannot give', () => {
    const faults = new Faults();
    expect(percentile.parse(new ObjectReader({ q: [0, 1] }, 'f', faults))).toEqual({ q: [0, 1], accuracy: 0.01 });
    expect(faults.list).toEqual([]);
    for (const members of [{}, { q: 1.5 }, { q: [] }, { q: [0.5, '1'], accuracy: 0 }]) {
      percentile.parse(new ObjectReader(members, 'f', faults));
    }
    expect(faults.list).toEqual([
      { path: 'f.q', message: 'is missing' },
      { path: 'f.q', message: 'must be a number from 0 to 1, or a list of 1 to 100 of them, not 1.5' },
      { path: 'f.q', message: 'must be a number from 0 to 1, or a list of 1 to 100 of them, not []' },
      { path: 'f.q', message: 'must be a number from 0 to 1, or a list of 1 to 100 of them, not [0.5,"1"]' },
      { path: 'f.accuracy', message: 'must be a number from 0.001 to 0.1, not 0' },
    ]);
  });
});
