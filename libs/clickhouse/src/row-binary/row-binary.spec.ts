import { describe, expect, it } from 'vitest';
import { ByteWriter } from './byte-writer.ts';
import { parseColumnType } from './column-type.ts';
import { rowEncoder } from './row-encoder.ts';
import { valueEncoder } from './value-encoder.ts';

function bytesOf(type: string, value: unknown): string {
  const writer = new ByteWriter(1);
  valueEncoder(parseColumnType(type))(writer, value);
  return writer.bytes().toString('hex');
}

describe('RowBinary', () => {
  it.each([
    ['String', 'aé', '0361c3a9'],
    ['String', Buffer.from([0, 255]), '0200ff'],
    ['LowCardinality(String)', '', '00'],
    ['Nullable(UInt8)', null, '01'],
    ['Nullable(UInt8)', 7, '0007'],
    ['UInt16', 0x0102, '0201'],
    ['Int32', -2, 'feffffff'],
    ['UInt32', 4_294_967_295, 'ffffffff'],
    ['Int64', -1, 'ffffffffffffffff'],
    ['Int64', -4_294_967_297, 'fffffffffeffffff'],
    ['UInt64', 4_294_967_296, '0000000001000000'],
    ['UInt64', 2n ** 64n - 1n, 'ffffffffffffffff'],
    ['Float64', 1, '000000000000f03f'],
    ['Bool', true, '01'],
    ["DateTime64(3, 'UTC')", 1, '0100000000000000'],
    ['DateTime64(6)', 1, 'e803000000000000'],
    ['Array(UInt8)', [1, 2], '020102'],
    ['Map(String, UInt8)', { a: 1 }, '01016101'],
    ['Tuple(a UInt8, b String)', { b: 'x', a: 9 }, '090178'],
    ['Tuple(UInt8, UInt8)', [1, 2], '0102'],
    ['UUID', '00112233-4455-6677-8899-aabbccddeeff', '7766554433221100ffeeddccbbaa9988'],
  ])('writes %s %s', (type, value, hex) => {
    expect(bytesOf(type, value)).toBe(hex);
  });

  it.each([
    ['UInt8', 256],
    ['UInt8', 1.5],
    ['UInt32', Number.NaN],
    ['UInt64', -1],
    ['Int64', 2 ** 60],
    ['Int64', 2n ** 63n],
    ['Float64', '1'],
    ['String', null],
    ['Bool', 1],
    ['DateTime64(3)', Number.POSITIVE_INFINITY],
    ['Array(UInt8)', { length: 1 }],
    ['Tuple(UInt8, UInt8)', [1]],
    ['UUID', 'not-a-uuid'],
  ])('refuses %s %s', (type, value) => {
    expect(() => bytesOf(type, value)).toThrow(/needed/);
  });

  it('names the column of a value that cannot be stored, not the value, and leaves nothing of the row', () => {
    const encoder = rowEncoder<{ a: number; b: unknown }>({
      a: { type: 'UInt8', of: (r) => r.a },
      card: { type: 'UInt32', of: (r) => r.b },
    });
    const writer = new ByteWriter();
    encoder.encode(writer, { a: 1, b: 2 });
    const before = writer.length;
    expect(() => encoder.encode(writer, { a: 1, b: '4111 1111' })).toThrow(/^column card: .* string came$/);
    expect(writer.length).toBe(before);
  });

  it('writes lengths beyond one byte', () => {
    const long = 'é'.repeat(300);
    expect(bytesOf('String', long)).toBe(`d804${Buffer.from(long).toString('hex')}`);
  });

  it.each(['Decimal(10, 2)', 'Array(UInt8', 'String)', 'Nullable()', 'String; DROP TABLE x', ''])(
    'does not know the type %j',
    (type) => {
      expect(() => parseColumnType(type)).toThrow(/was expected at character/);
    },
  );
});
