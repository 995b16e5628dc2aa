import fc from 'fast-check';

/** For tests: values in which naive arithmetic loses its digits, with the usual ones among them. */

const near = (base: number) => fc.integer({ min: -16, max: 16 }).map((sixteenths) => base + sixteenths / 16);

/** Sets of numbers: small decimals, neighbours of 1e9 and 1e15, all equal, one far from the others, far apart in size. */
export const hostileNumbers: fc.Arbitrary<number[]> = fc.oneof(
  fc.array(
    fc.integer({ min: -999, max: 999 }).map((cents) => cents / 100),
    { minLength: 1, maxLength: 60 },
  ),
  fc.array(near(1e9), { minLength: 1, maxLength: 60 }),
  fc.array(near(-1e15), { minLength: 1, maxLength: 60 }),
  fc
    .tuple(fc.constantFrom(0.1, 1e9 + 0.3, -1e-7, 123_456.789), fc.integer({ min: 1, max: 60 }))
    .map(([value, count]) => Array.from({ length: count }, () => value)),
  fc
    .tuple(fc.array(near(1e9), { minLength: 1, maxLength: 30 }), fc.constantFrom(0, 1e12, -1e9))
    .map(([values, far]) => [...values, far]),
  fc.array(fc.constantFrom(1e-12, -1e-6, 1, 1e6, -1e12, 1e15), { minLength: 1, maxLength: 60 }),
);
