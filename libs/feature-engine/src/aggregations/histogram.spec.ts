import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Faults } from '../definitions/faults.ts';
import { ObjectReader } from '../definitions/object-reader.ts';
import { randomHistogram } from '../reference/arbitraries/histogram.ts';
import { drawnParameters } from '../reference/drawn-parameters.ts';
import { brokenMergeLaw } from '../reference/merge-laws.ts';
import { naiveHistogram } from '../reference/naive/histogram.ts';
import { histogram } from './histogram.ts';

const parameters = drawnParameters(histogram, randomHistogram);
const value = fc.oneof(fc.integer({ min: -8, max: 22 }), fc.double({ min: -8, max: 22, noNaN: true }));

describe('histogram', () => {
  it('gives what its twin gives, however a window is cut', () => {
    const agree = (a: unknown, b: unknown) => a === b;
    expect(brokenMergeLaw({ kind: histogram, naive: naiveHistogram, parameters, value, agree })).toBeNull();
  });

  it('counts a value on a bound below it, and is all zeros over nothing', () => {
    const of = { bounds: [1, 2] };
    const at = { timeMs: 0, position: 0 };
    const counts = [1, 1.5, 2, 2.5, 3].reduce(
      (part, each) => histogram.part?.add(part, each, at, of) ?? part,
      [0, 0, 0],
    );
    expect(counts).toEqual([1, 2, 2]);
    expect(histogram.part?.subtract?.(counts, [1, 1, 0], of)).toEqual([0, 1, 2]);
    expect(histogram.empty(of)).toBe('[0,0,0]');
  });

  it.each([[undefined], [[]], [[1, 1]], [[2, 1]], [[1, 'x']], [7]])('refuses the bounds %j', (given) => {
    const faults = new Faults();
    histogram.parse(new ObjectReader(given === undefined ? {} : { bounds: given }, 'f', faults));
    expect(faults.list.map(({ path }) => path)).toEqual(['f.bounds']);
  });
});
