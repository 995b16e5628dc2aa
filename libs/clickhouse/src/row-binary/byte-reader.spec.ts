import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ByteReader, BytesEnded } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { rowEncoder } from './row-encoder.ts';

it('reads back what was written', () => {
  const encoder = rowEncoder<readonly [bigint, number, string]>({
    whole: { type: 'Int64', of: ([whole]) => whole },
    number: { type: 'Float64', of: ([, number]) => number },
    text: { type: 'String', of: ([, , text]) => text },
  });
  const rows = fc.array(
    fc.tuple(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), fc.double(), fc.string({ unit: 'grapheme' })),
  );
  fc.assert(
    fc.property(rows, (written) => {
      const writer = new ByteWriter();
      for (const row of written) encoder.encode(writer, row);
      const reader = new ByteReader(writer.bytes());
      const read = [];
      while (!reader.done) read.push([BigInt(reader.int64()), reader.float64(), reader.string()]);
      expect(read).toEqual(written);
    }),
  );
});

it('a whole number is a bigint only where a number would be another', () => {
  const bytes = Buffer.alloc(16);
  bytes.writeBigInt64LE(-(2n ** 53n) + 1n, 0);
  bytes.writeBigInt64LE(2n ** 53n + 1n, 8);
  const reader = new ByteReader(bytes);
  expect([reader.int64(), reader.int64()]).toEqual([-(2 ** 53) + 1, 2n ** 53n + 1n]);
});

it('a text that is the same as the last one is not made anew, and any other is read', () => {
  const someText = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 3 }), fc.constantFrom('', 'key', 'kez', 'é'));
  fc.assert(
    fc.property(fc.array(someText), (written) => {
      const writer = new ByteWriter();
      for (const text of written) writer.string(text);
      const reader = new ByteReader(writer.bytes());
      const read: string[] = [];
      while (!reader.done) read.push(reader.stringOrSame(read.at(-1) ?? ''));
      expect(read).toEqual(written);
    }),
  );
});

it('never reads beyond the end', () => {
  const cut = (hex: string) => new ByteReader(Buffer.from(hex, 'hex'));
  expect(() => cut('').byte()).toThrow(BytesEnded);
  expect(() => cut('00000000000000').int64()).toThrow(BytesEnded);
  expect(() => cut('00000000000000').float64()).toThrow(BytesEnded);
  expect(() => cut('036162').string()).toThrow(BytesEnded);
  expect(() => cut('036162').stringOrSame('abc')).toThrow(BytesEnded);
  expect(() => cut('80').string()).toThrow(BytesEnded);
});
