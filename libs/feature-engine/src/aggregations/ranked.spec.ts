import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Faults } from '../definitions/faults.ts';
import { ObjectReader } from '../definitions/object-reader.ts';
import { randomByTime, randomByValue } from '../reference/arbitraries/ranked.ts';
import { drawnParameters } from '../reference/drawn-parameters.ts';
import { brokenMergeLaw } from '../reference/merge-laws.ts';
import { naiveBottomK, naiveFirstK, naiveLastK, naiveTopK } from '../reference/naive/ranked.ts';
import { bottomK } from './bottom-k.ts';
import { firstK } from './first-k.ts';
import { lastK } from './last-k.ts';
import { topK } from './top-k.ts';

const numbers = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ min: -9, max: 9, noNaN: true }));
const texts = fc.constantFrom('', 'x', 'y', 'z', 'ü"\\');
const agree = (a: unknown, b: unknown) => a === b;

describe('the values that come first', () => {
  it.each([
    ['last-k', { kind: lastK, naive: naiveLastK, random: randomByTime }],
    ['first-k', { kind: firstK, naive: naiveFirstK, random: randomByTime }],
    ['top-k', { kind: topK, naive: naiveTopK, random: randomByValue }],
    ['bottom-k', { kind: bottomK, naive: naiveBottomK, random: randomByValue }],
  ])('%s gives what its twin gives, however a window is cut', (_, { kind, naive, random }) => {
    const parameters = drawnParameters(kind, random);
    expect(brokenMergeLaw({ kind, naive, parameters, value: numbers, agree })).toBeNull();
  });

  it('gives texts as its twins do', () => {
    const parameters = drawnParameters(lastK, randomByTime);
    expect(brokenMergeLaw({ kind: lastK, naive: naiveLastK, parameters, value: texts, agree })).toBeNull();
    expect(brokenMergeLaw({ kind: firstK, naive: naiveFirstK, parameters, value: texts, agree })).toBeNull();
  });

  it('is a list, or of the type of its input where one place is asked for', () => {
    expect(lastK.type('string', { k: 3, distinct: false })).toBe('list');
    expect(lastK.type('string', { k: 3, distinct: false, nth: 2 })).toBe('string');
    expect(lastK.type('boolean', { k: 3, distinct: false, nth: 2 })).toBe('boolean');
    expect(topK.type('number', { k: 3, distinct: false, nth: 2 })).toBe('double');
    expect([lastK.empty({ k: 3, distinct: false }), lastK.empty({ k: 3, distinct: false, nth: 1 })]).toEqual([
      '[]',
      null,
    ]);
    expect(topK.takes).toEqual(['number', 'boolean']);
  });

  it('refuses lists without an end and places beyond it', () => {
    const faults = new Faults();
    expect(topK.parse(new ObjectReader({ k: 5, nth: 5 }, 'f', faults))).toEqual({ k: 5, distinct: false, nth: 5 });
    expect(faults.list).toEqual([]);
    topK.parse(new ObjectReader({}, 'f', faults));
    topK.parse(new ObjectReader({ k: 101, distinct: 'no' }, 'f', faults));
    topK.parse(new ObjectReader({ k: 3, nth: 4 }, 'f', faults));
    expect(faults.list).toEqual([
      { path: 'f.k', message: 'is missing' },
      { path: 'f.k', message: 'must be a whole number from 1 to 100, not 101' },
      { path: 'f.distinct', message: 'must be true or false, not "no"' },
      { path: 'f.nth', message: 'must be a whole number from 1 to 3, not 4' },
    ]);
  });
});
