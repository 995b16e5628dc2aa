import type { AvroSchemaJson } from '@millrace/schemas';
import type { Schema } from 'avsc';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimalOf } from './decimal-type.ts';
import { avsc } from './load-avsc.ts';
import { plainType } from './plain-types.ts';

const record = (...types: unknown[]) =>
  ({ type: 'record', name: 'R', fields: types.map((type, i) => ({ name: `f${i}`, type })) }) as AvroSchemaJson;
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });

function longBytes(value: bigint): number[] {
  const bytes: number[] = [];
  for (let left = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n)); ; left >>= 7n) {
    if (left < 128n) return [...bytes, Number(left)];
    bytes.push(Number(left & 127n) | 128);
  }
}

const read = (schema: AvroSchemaJson, bytes: readonly number[]): unknown => ({
  ...(plainType(schema).fromBuffer(Buffer.from(bytes)) as object),
});

describe('plainType', () => {
  it('reads a long exactly: as a number where one holds it, as a bigint otherwise', () => {
    const nanoseconds = { type: 'long', logicalType: 'timestamp-nanos' };
    const schema = record('long', nanoseconds, ['null', 'long'], { type: 'array', items: 'long' });
    fc.assert(
      fc.property(fc.oneof(int64, fc.maxSafeInteger().map(BigInt)), (value) => {
        const bytes = longBytes(value);
        const expected = value === BigInt(Number(value)) && Number.isSafeInteger(Number(value)) ? Number(value) : value;
        const all = [...bytes, ...bytes, 2, ...bytes, 2, ...bytes, 0];
        expect(read(schema, all)).toEqual({ f0: expected, f1: expected, f2: expected, f3: [expected] });
      }),
    );
  });

  it('refuses a long of more than 64 bits', () => {
    expect(() => read(record('long'), [...Array.from({ length: 10 }, () => 0xff), 1])).toThrow('a long of 11 bytes');
  });

  it('gives the values of a union as they are, whichever branch they are of', () => {
    const other = { type: 'record', name: 'Other', fields: [{ name: 'x', type: 'int' }] };
    const union = ['null', 'int', 'double', 'string', { type: 'enum', name: 'E', symbols: ['A'] }, other] as const;
    const values = [{ null: null }, { int: 7 }, { double: 3.5 }, { string: 'B' }, { E: 'A' }, { Other: { x: 1 } }];
    const schema = { type: 'array', items: union } as unknown as AvroSchemaJson;
    const written = avsc.Type.forSchema(schema as Schema, { wrapUnions: 'always' }).toBuffer(
      values.map((value) => ('null' in value ? null : value)),
    );
    expect(plainType(schema).fromBuffer(written)).toEqual([null, 7, 3.5, 'B', 'A', { x: 1 }]);
    expect(() => read(record(['null', 'int']), [6, 2])).toThrow('no branch 3');
  });

  it('gives decimals of bytes and of fixed as numbers, also in a union', () => {
    const decimal = { type: 'bytes', logicalType: 'decimal', precision: 9, scale: 2 };
    const fixed = { type: 'fixed', name: 'F', size: 9, logicalType: 'decimal', precision: 20, scale: 4 };
    const wide = [0, 0, 0, 0, 0, 0, 0, 1, 0];
    const bytes = [4, 0x04, 0xd2, 2, 4, 0xfb, 0x2e, ...wide];
    expect(read(record(decimal, ['null', decimal], fixed), bytes)).toEqual({
      f0: 12.34,
      f1: -12.34,
      f2: 0.0256,
    });
  });

  it('leaves bytes where a decimal is declared wrongly', () => {
    const wrong = { type: 'bytes', logicalType: 'decimal', precision: 2, scale: 3 };
    expect(read(record(wrong), [2, 9])).toEqual({ f0: Buffer.from([9]) });
  });

  it('tells a record that ends inside a decimal', () => {
    const decimal = { type: 'bytes', logicalType: 'decimal', precision: 9, scale: 2 };
    expect(() => read(record(decimal), [8, 1])).toThrow('truncated');
  });

  it('serves as the writer of a stricter reader, whose longs are numbers or errors', () => {
    const writer = plainType(record('string', 'long', ['null', 'int', 'double']));
    const reader = avsc.Type.forSchema({ type: 'record', name: 'R', fields: [{ name: 'f1', type: 'long' }] });
    const resolver = reader.createResolver(writer);
    const text = [2, 0x61];
    expect(reader.fromBuffer(Buffer.from([...text, ...longBytes(5n), 2, 4]), resolver)).toEqual({ f1: 5 });
    expect(() => reader.fromBuffer(Buffer.from([...text, ...longBytes(2n ** 60n), 2, 4]), resolver)).toThrow(
      'precision',
    );
  });
});

describe('decimalOf', () => {
  it('is the number nearest to the decimal', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 119n), max: 2n ** 119n }), fc.nat({ max: 30 }), (unscaled, scale) => {
        const hex = BigInt.asUintN(128, unscaled).toString(16).padStart(32, '0');
        expect(decimalOf(Buffer.from(hex, 'hex'), scale)).toBe(Number(`${unscaled}e-${scale}`));
        const small = BigInt.asIntN(40, unscaled);
        const short = BigInt.asUintN(40, small).toString(16).padStart(10, '0');
        expect(decimalOf(Buffer.from(short, 'hex'), scale)).toBe(Number(`${small}e-${scale}`));
      }),
    );
  });

  it('reads no more bytes than a number could have a use for', () => {
    expect(decimalOf(Buffer.alloc(0), 2)).toBe(0);
    expect(() => decimalOf(Buffer.alloc(600), 2)).toThrow('a decimal of 600 bytes');
  });
});
