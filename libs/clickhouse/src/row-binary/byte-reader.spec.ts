import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ByteReader } from './byte-reader.ts';
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
