import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decimalBytes } from './decimal-bytes.ts';

// Golden bytes from Python: int.to_bytes(n, 'big', signed=True) of the digits.
test.each([
  ['4.35', 2, '01b3'],
  [4.35, 2, '01b3'],
  ['-4.35', 2, 'fe4d'],
  ['0', 2, '00'],
  ['1.28', 2, '0080'],
  ['-1.28', 2, '80'],
  ['12e2', 0, '04b0'],
  ['1.50', 1, '0f'],
  [12_345_678_901_234_567_890n, 0, '00ab54a98ceb1f0ad2'],
])('%s with %i digits behind the point', (value, scale, hex) => {
  expect(decimalBytes(value, scale)?.toString('hex')).toBe(hex);
});

test('a fixed one is filled up with its sign', () => {
  expect(decimalBytes('4.35', 2, 4)?.toString('hex')).toBe('000001b3');
  expect(decimalBytes('-4.35', 2, 4)?.toString('hex')).toBe('fffffe4d');
  expect(decimalBytes('99999', 2, 2)).toBeUndefined();
});

test.each(['', '.', 'x', '1,5', '4.355', null, true, new Date(0)])('%j is none with two digits', (value) => {
  expect(decimalBytes(value, 2)).toBeUndefined();
});

test('every whole number comes back from its bytes', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 100n), max: 2n ** 100n }), (digits) => {
      const bytes = decimalBytes(digits, 0);
      expect(bytes && BigInt.asIntN(bytes.length * 8, BigInt(`0x${bytes.toString('hex')}`))).toBe(digits);
    }),
  );
});
