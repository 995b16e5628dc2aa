import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DoubleSum } from '../windows/double-sum.ts';
import { decimalScale, mostUnits, roundToScale } from './decimal.ts';

const scales = fc.integer({ min: 0, max: 15 });
const units = fc.oneof(fc.integer({ min: -1_000_000, max: 1_000_000 }), fc.maxSafeInteger()).map((n) => n % mostUnits);

/** The double nearest to a decimal, read from its digits as a codec does. */
function decimal(unit: number, scale: number): number {
  const digits = `${Math.abs(unit)}`.padStart(scale + 1, '0');
  const at = digits.length - scale;
  return Number(`${unit < 0 ? '-' : ''}${digits.slice(0, at)}.${digits.slice(at)}`);
}

describe('a decimal', () => {
  it('is found again in the double nearest to it, up to 10^15 of its units', () => {
    fc.assert(
      fc.property(units, scales, (unit, scale) => {
        const value = decimal(unit, scale);
        expect(roundToScale(value, scale)).toBe(value);
        expect(roundToScale(value + 0.2 / 10 ** scale, scale)).toBeCloseTo(value, 10);
      }),
    );
  });

  it('sums to the last digit, however many there are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -1e12, max: 1e12 }), { minLength: 1, maxLength: 200 }),
        scales,
        (all, scale) => {
          const sum = new DoubleSum();
          for (const unit of all) sum.add(decimal(unit, scale));
          const exact = all.reduce((total, unit) => total + unit, 0);
          expect(roundToScale(sum.value, scale) + 0).toBe(decimal(exact, scale) + 0);
        },
      ),
    );
    const cents = new DoubleSum();
    for (let count = 0; count < 1_000_000; count += 1) cents.add(0.1);
    expect(roundToScale(cents.value, 2)).toBe(100_000);
  });

  it('gets digits that it has no place for rounded half away from zero', () => {
    expect([0.125, -0.125, 2.5, 0.124999].map((value) => roundToScale(value, 2))).toEqual([0.13, -0.13, 2.5, 0.12]);
    expect([0.5, -0.5, 0.49999999999999994, 1.5].map((value) => roundToScale(value, 0))).toEqual([1, -1, 0, 2]);
  });

  it('stays a double where it has more digits than one can hold', () => {
    expect(roundToScale(1e15 + 0.3, 2)).toBe(1e15 + 0.3);
    expect(roundToScale(Number.NaN, 2)).toBeNaN();
  });

  it('is written with its digits behind the point', () => {
    expect(['decimal(0)', 'decimal(2)', 'decimal(15)'].map(decimalScale)).toEqual([0, 2, 15]);
    expect(['decimal', 'decimal(16)', 'decimal(-1)', 'decimal(2.5)', 'double'].map(decimalScale)).toEqual(
      Array.from({ length: 5 }, () => null),
    );
  });
});
