import type { Type } from 'avsc';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { avsc } from './load-avsc.ts';

const parse = (schema: object): Type => avsc.Type.forSchema(schema as never);
const counts = parse({ type: 'array', items: 'long' });
const nulls = parse({ type: 'array', items: 'null' });
const texts = parse({ type: 'map', values: 'string' });
const longBytes = (value: number): Buffer => parse({ type: 'long' }).toBuffer(value);
const block = (count: number, ...rest: number[]): Buffer => Buffer.concat([longBytes(count), Buffer.from(rest)]);
/** Reads only what comes after the collection: the collection is skipped. */
const skipping = (collection: object) => {
  const writer = parse({
    type: 'record',
    name: 'R',
    fields: [
      { name: 'many', type: collection },
      { name: 'last', type: 'int' },
    ],
  });
  const reader = parse({ type: 'record', name: 'R', fields: [{ name: 'last', type: 'int' }] });
  const resolver = reader.createResolver(writer);
  return (data: Buffer): unknown => reader.fromBuffer(data, resolver);
};

describe('collections of a foreign record', () => {
  it.each([
    ['an array', counts],
    ['an array of nulls', nulls],
    ['a map', texts],
  ])('a count that the bytes cannot hold is an error of %s, not a full memory', (_, type) => {
    for (const count of [2e7, 2e9, -2e9, 2 ** 52]) expect(() => type.fromBuffer(block(count, 2, 0, 0))).toThrow();
  });

  it('a nested count is checked against what is left as well', () => {
    const nested = parse({ type: 'array', items: { type: 'array', items: 'null' } });
    const inner = block(65_000);
    const bytes = Buffer.concat([
      block(1_000),
      ...Array.from({ length: 1_000 }, () => [inner, Buffer.from([0])]).flat(),
    ]);
    expect(() => nested.fromBuffer(Buffer.concat([bytes, Buffer.from([0])]))).toThrow('items without bytes');
  });

  it('the same holds where the collection is read through a resolver, and where it is skipped', () => {
    const doubles = parse({ type: 'array', items: 'double' });
    const resolver = doubles.createResolver(counts);
    expect(doubles.fromBuffer(counts.toBuffer([1, 2]), resolver)).toEqual([1, 2]);
    expect(() => doubles.fromBuffer(block(2e9, 2), resolver)).toThrow('items in the bytes that are left');
    for (const items of ['null', 'long']) {
      const skip = skipping({ type: 'array', items });
      expect(() => skip(block(2e9, 2))).toThrow(RangeError);
      expect(() => skip(Buffer.concat([block(-1), longBytes(-2), Buffer.from([0, 2])]))).toThrow('the size -2');
      expect(() => skip(Buffer.concat([block(-1), longBytes(2e9), Buffer.from([0, 2])]))).toThrow(RangeError);
    }
    expect(skipping({ type: 'map', values: 'string' })(block(1, 2, 0x61, 2, 0x62, 0, 8))).toEqual({ last: 4 });
  });

  it('a number of endless bytes is an error', () => {
    expect(() => counts.fromBuffer(Buffer.alloc(2_000, 0xff))).toThrow();
  });

  it('blocks with and without their size give the same items', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.integer({ min: -(2 ** 52), max: 2 ** 52 }), { minLength: 1, maxLength: 5 })),
        fc.boolean(),
        (blocks, sized) => {
          const parts = blocks.flatMap((items) => {
            const body = Buffer.concat(items.map((item) => longBytes(item)));
            return sized ? [longBytes(-items.length), longBytes(body.length), body] : [longBytes(items.length), body];
          });
          const data = Buffer.concat([...parts, Buffer.from([0])]);
          expect(counts.fromBuffer(data)).toEqual(blocks.flat());
          expect(skipping({ type: 'array', items: 'long' })(Buffer.concat([data, Buffer.from([6])]))).toEqual({
            last: 3,
          });
        },
      ),
    );
  });

  it('a type that holds itself too deep is an error of its record', () => {
    const tree = parse({ type: 'record', name: 'T', fields: [{ name: 'next', type: ['null', 'T'] }] });
    expect(() => tree.decode(Buffer.alloc(5_000_000, 2))).toThrow(RangeError);
  });
});
