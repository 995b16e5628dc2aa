import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Faults } from '../definitions/faults.ts';
import { ObjectReader } from '../definitions/object-reader.ts';
import { randomDistinct } from '../reference/arbitraries/distinct.ts';
import { drawnParameters } from '../reference/drawn-parameters.ts';
import { brokenMergeLaw } from '../reference/merge-laws.ts';
import { naiveDistinct, naiveRegisters } from '../reference/naive/distinct.ts';
import { agree } from '../sql/compare-vectors.ts';
import { distinct, type DistinctPart } from './distinct.ts';
import { HashSet } from './hash-set.ts';
import { HyperLogLog } from './hyper-log-log.ts';
import { Xxh64 } from './xxh64.ts';

const numbers = fc.oneof(fc.integer({ min: -20, max: 20 }), fc.double({ noNaN: true, noDefaultInfinity: true }));
const texts = fc.oneof(fc.constantFrom('', 'x', 'y', 'z'), fc.string({ unit: 'grapheme', maxLength: 50 }));
const parameters = drawnParameters(distinct, randomDistinct);
const same = (a: unknown, b: unknown) => typeof a === 'number' && typeof b === 'number' && agree(a, b);

describe('distinct', () => {
  it('counts texts as its twin does, however a window is cut', () => {
    expect(brokenMergeLaw({ kind: distinct, naive: naiveDistinct, parameters, value: texts, agree: same })).toBeNull();
  });

  it('counts numbers as its twin does, however a window is cut', () => {
    expect(
      brokenMergeLaw({ kind: distinct, naive: naiveDistinct, parameters, value: numbers, agree: same }),
    ).toBeNull();
  });

  it('takes -0 for 0', () => {
    const of = { exactUpTo: 10, precision: 12 };
    const at = { timeMs: 0, position: 0 };
    const { part } = distinct;
    const both = [0, -0].reduce<DistinctPart>(
      (known, value) => part?.add(known, value, at, of) ?? known,
      new HashSet(),
    );
    expect(part?.finish(both, { timeMs: 0, ownPosition: null }, of)).toBe(1);
  });

  it('keeps the registers that the definition of HyperLogLog says', () => {
    fc.assert(
      fc.property(fc.array(texts, { maxLength: 300 }), fc.integer({ min: 4, max: 16 }), (values, precision) => {
        const sketch = new HyperLogLog(precision);
        const hash = new Xxh64();
        for (const value of values) sketch.add(hash.ofText(value));
        const filled = [...sketch.registers.entries()].filter(([, rank]) => rank > 0);
        expect(new Map(filled)).toEqual(naiveRegisters(values, precision));
      }),
      { numRuns: 50 },
    );
  });

  it('ranks a hash without a bit behind the register one above the highest', () => {
    const sketch = new HyperLogLog(6);
    sketch.add({ high: 0, low: 5 } as Parameters<HyperLogLog['add']>[0]);
    sketch.add({ high: 0x8000_0000, low: 7 } as Parameters<HyperLogLog['add']>[0]);
    expect([sketch.registers[5], sketch.registers[7]]).toEqual([59, 58]);
  });

  it.each([30, 300, 3_000, 30_000])('is unbiased and as exact as it says at %i values', (size) => {
    const hash = new Xxh64();
    const precision = 10;
    const seeds = size > 10_000 ? 60 : 200;
    const errors = Array.from({ length: seeds }, (_, seed) => {
      const sketch = new HyperLogLog(precision);
      for (let value = 0; value < size; value += 1) sketch.add(hash.ofText(`${seed}/${value}`));
      return sketch.estimate() / size - 1;
    });
    const stated = 1.04 / Math.sqrt(2 ** precision);
    const mean = errors.reduce((sum, error) => sum + error, 0) / seeds;
    expect(Math.max(...errors.map(Math.abs))).toBeLessThan(4 * stated);
    expect(Math.abs(mean)).toBeLessThan((4 * stated) / Math.sqrt(seeds));
  });

  it('fills in its defaults and refuses what it cannot keep to', () => {
    const faults = new Faults();
    expect(distinct.parse(new ObjectReader({}, 'f', faults))).toEqual({ exactUpTo: 1_024, precision: 12 });
    expect(faults.list).toEqual([]);
    distinct.parse(new ObjectReader({ exactUpTo: -1, precision: 17 }, 'f', faults));
    expect(faults.list).toEqual([
      { path: 'f.exactUpTo', message: 'must be a whole number from 0 to 10000, not -1' },
      { path: 'f.precision', message: 'must be a whole number from 4 to 16, not 17' },
    ]);
  });
});
