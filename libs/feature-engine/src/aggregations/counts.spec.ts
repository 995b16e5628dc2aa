import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Faults } from '../definitions/faults.ts';
import { ObjectReader } from '../definitions/object-reader.ts';
import { randomCounts } from '../reference/arbitraries/counts.ts';
import { drawnParameters } from '../reference/drawn-parameters.ts';
import { brokenMergeLaw } from '../reference/merge-laws.ts';
import { naiveCounts } from '../reference/naive/counts.ts';
import { compareUtf8 } from './compare-utf8.ts';
import { counts } from './counts.ts';

const key = fc.constantFrom('', '10', '9', 'x', 'ü', '🚀', '\uffee', '__proto__', '"\\');
const parameters = drawnParameters(counts, randomCounts);
const agree = (a: unknown, b: unknown) => a === b;

describe('counts', () => {
  it('gives what its twin gives, however a window is cut', () => {
    expect(brokenMergeLaw({ kind: counts, naive: naiveCounts, parameters, value: key, agree })).toBeNull();
  });

  it('counts numbers by their text', () => {
    const value = fc.oneof(fc.integer({ min: -3, max: 12 }), fc.constantFrom(-0, 1e21, 1e-7, 0.1));
    expect(brokenMergeLaw({ kind: counts, naive: naiveCounts, parameters, value, agree })).toBeNull();
  });

  it('gives every declared key, also over nothing', () => {
    expect(counts.empty({ maxKeys: 9, keys: ['b', 'a'] })).toBe('{"a":0,"b":0}');
    expect(counts.empty({ maxKeys: 9 })).toBe('{}');
    expect(counts.part?.maxBytes({ maxKeys: 9 }, 'string')).toBe(Number.POSITIVE_INFINITY);
  });

  it('takes out what was merged in', () => {
    const of = { maxKeys: 9 };
    const both = new Map([
      ['a', 2],
      ['b', 1],
    ]);
    expect(counts.part?.subtract?.(both, new Map([['b', 1]]), of)).toEqual(new Map([['a', 2]]));
  });

  it('orders texts as their bytes', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'ü', '\ud7ff', '\uffee', '🚀'), maxLength: 4 });
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(compareUtf8(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
    expect(compareUtf8('\uffee', '🚀')).toBeLessThan(0);
  });

  it('refuses keys that are not different texts', () => {
    const faults = new Faults();
    expect(counts.parse(new ObjectReader({ keys: ['a'] }, 'f', faults))).toEqual({ maxKeys: 1_000, keys: ['a'] });
    expect(faults.list).toEqual([]);
    for (const given of [[], ['a', 'a'], ['a', 1]]) counts.parse(new ObjectReader({ keys: given }, 'f', faults));
    counts.parse(new ObjectReader({ maxKeys: 0 }, 'f', faults));
    expect(faults.list).toEqual([
      { path: 'f.keys', message: 'must be 1 to 1000 different texts, not []' },
      { path: 'f.keys', message: 'must be 1 to 1000 different texts, not ["a","a"]' },
      { path: 'f.keys', message: 'must be 1 to 1000 different texts, not ["a",1]' },
      { path: 'f.maxKeys', message: 'must be a whole number from 1 to 1000, not 0' },
    ]);
  });
});
