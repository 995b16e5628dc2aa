import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Word64 } from './word64.ts';

const big = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  fc.constantFrom(0n, 1n, 2n ** 32n - 1n, 2n ** 64n - 1n),
);
const wordOf = (value: bigint) => new Word64(Number(value >> 32n), Number(value & 0xffff_ffffn));
const bigOf = ({ high, low }: Word64) => (BigInt(high) << 32n) | BigInt(low);
const wrapped = (value: bigint) => BigInt.asUintN(64, value);

describe('64-bit words', () => {
  it('are added, multiplied and combined as whole numbers modulo 2^64', () => {
    fc.assert(
      fc.property(big, big, (a, b) => {
        expect(bigOf(wordOf(a).add(wordOf(b)))).toBe(wrapped(a + b));
        expect(bigOf(wordOf(a).multiply(wordOf(b)))).toBe(wrapped(a * b));
        expect(bigOf(wordOf(a).xor(wordOf(b)))).toBe(a ^ b);
      }),
    );
  });

  it('are rotated and shifted over the border of their halves', () => {
    fc.assert(
      fc.property(big, fc.integer({ min: 1, max: 31 }), fc.integer({ min: 1, max: 63 }), (a, left, right) => {
        const bits = BigInt(left);
        expect(bigOf(wordOf(a).rotateLeft(left))).toBe(wrapped((a << bits) | (a >> (64n - bits))));
        expect(bigOf(wordOf(a).xorShiftRight(right))).toBe(a ^ (a >> BigInt(right)));
      }),
    );
  });
});
