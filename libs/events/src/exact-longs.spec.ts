import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { avsc } from './load-avsc.ts';

const long = avsc.Type.forSchema('long');
const double = avsc.Type.forSchema('double');

/** As the Avro specification has it, in other words than the code's. */
function zigzag(value: bigint): Buffer {
  const bytes: number[] = [];
  let left = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
  do {
    bytes.push(Number(left % 128n) + (left >= 128n ? 128 : 0));
    left /= 128n;
  } while (left > 0n);
  return Buffer.from(bytes);
}

test('every whole number that JavaScript holds is read and written exactly', () => {
  const edge = fc
    .tuple(fc.integer({ min: 30, max: 52 }), fc.integer({ min: -3, max: 3 }), fc.constantFrom(1, -1))
    .map(([bits, near, sign]) => sign * (2 ** bits + near));
  fc.assert(
    fc.property(fc.oneof(edge, fc.maxSafeInteger()), (value) => {
      fc.pre(Math.abs(value) <= Number.MAX_SAFE_INTEGER - 1);
      expect(long.toBuffer(value)).toEqual(zigzag(BigInt(value)));
      expect(long.fromBuffer(zigzag(BigInt(value)))).toBe(value === 0 ? 0 : value);
    }),
    { numRuns: 1_000 },
  );
});

test('a long is read as the double next to it', () => {
  const resolver = double.createResolver(long);
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
      expect(double.fromBuffer(zigzag(value), resolver)).toBe(Number(value));
    }),
  );
});
