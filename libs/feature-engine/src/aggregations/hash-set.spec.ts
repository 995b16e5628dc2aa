import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HashSet } from './hash-set.ts';
import { Word64 } from './word64.ts';

/** Few halves, so that hashes meet, also in one of them alone. */
const half = fc.oneof(fc.nat(12), fc.constantFrom(0x8000_0000, 0xffff_ffff), fc.nat(0xffff_ffff));

describe('a set of hashes', () => {
  it('holds each hash once, 0 as well, however many there are', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(half, half), { maxLength: 400 }), (halves) => {
        const set = new HashSet();
        for (const [high, low] of halves) set.add(new Word64(high, low));
        const held: string[] = [];
        set.forEach(({ high, low }) => held.push(`${high}/${low}`), new Word64(0, 0));
        expect(held.toSorted()).toEqual([...new Set(halves.map(([high, low]) => `${high}/${low}`))].toSorted());
        expect(set.size).toBe(held.length);
      }),
    );
  });
});
