import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DoubleSum } from '../windows/double-sum.ts';
import { mostUnits, roundToDigits } from './round-to-digits.ts';

const numbersOfDigits = fc.integer({ min: 0, max: 15 });
const units = fc.oneof(fc.integer({ min: -1_000_000, max: 1_000_000 }), fc.maxSafeInteger()).map((n) => n % mostUnits);

/** The double nearest to a decimal, read from its digits as a codec does. */
function decimal(unit: number, digits: number): number {
  const written = `${Math.abs(unit)}`.padStart(digits + 1, '0');
  const at = written.length - digits;
  return Number(`${unit < 0 ? '-' : ''}${written.slice(0, at)}.${written.slice(at)}`);
}

describe('a decimal', () => {
  it('is found again in the double nearest to it, up to 10^15 of its units', () => {
    fc.assert(
      fc.property(units, numbersOfDigits, (unit, digits) => {
        const value = decimal(unit, digits);
        expect(roundToDigits(value, digits)).toBe(value);
        expect(roundToDigits(value + 0.2 / 10 ** digits, digits)).toBeCloseTo(value, 10);
      }),
    );
  });

  it('sums to the last digit, however many there are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -1e12, max: 1e12 }), { minLength: 1, maxLength: 200 }),
        numbersOfDigits,
        (all, digits) => {
          const sum = new DoubleSum();
          for (const unit of all) sum.add(decimal(unit, digits));
          const exact = all.reduce((total, unit) => total + unit, 0);
          expect(roundToDigits(sum.value, digits) + 0).toBe(decimal(exact, digits) + 0);
        },
      ),
    );
    const cents = new DoubleSum();
    for (let count = 0; count < 1_000_000; count += 1) cents.add(0.1);
    expect(roundToDigits(cents.value, 2)).toBe(100_000);
  });

  it('gets digits that it has no place for rounded half away from zero', () => {
    expect([0.125, -0.125, 2.5, 0.124999].map((value) => roundToDigits(value, 2))).toEqual([0.13, -0.13, 2.5, 0.12]);
    expect([0.5, -0.5, 0.49999999999999994, 1.5].map((value) => roundToDigits(value, 0))).toEqual([1, -1, 0, 2]);
  });

  it('stays a double where it has more digits than one can hold', () => {
    expect(roundToDigits(1e15 + 0.3, 2)).toBe(1e15 + 0.3);
    expect(roundToDigits(Number.NaN, 2)).toBeNaN();
  });

  it('is never the zero below zero, which other texts are made of', () => {
    expect(Object.is(roundToDigits(-0.001, 2), 0)).toBe(true);
  });
});
