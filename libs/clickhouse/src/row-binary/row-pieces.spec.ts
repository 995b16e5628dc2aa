import fc from 'fast-check';
import { expect, it } from 'vitest';
import { BytesEnded, type ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { rowEncoder } from './row-encoder.ts';
import { RowPieces } from './row-pieces.ts';

type Row = readonly [whole: number, text: string, number: number, flag: boolean];

const encoder = rowEncoder<Row>({
  whole: { type: 'Int64', of: ([whole]) => whole },
  text: { type: 'String', of: ([, text]) => text },
  number: { type: 'Float64', of: ([, , number]) => number },
  flag: { type: 'Bool', of: ([, , , flag]) => flag },
});

function bytesOf(rows: readonly Row[]): Buffer {
  const writer = new ByteWriter();
  for (const row of rows) encoder.encode(writer, row);
  return Buffer.from(writer.bytes());
}

const readRow = (reader: ByteReader): Row => [
  Number(reader.int64()),
  reader.string(),
  reader.float64(),
  reader.byte() === 1,
];

const rows: Row[] = [
  [1, '', 0.5, true],
  [-2, 'é'.repeat(100), Number.NaN, false],
  [3, 'x', -0, true],
];

it('reads the same rows wherever the bytes are cut', () => {
  const bytes = bytesOf(rows);
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    const pieces = new RowPieces(readRow);
    const read = [...pieces.add(bytes.subarray(0, cut)), ...pieces.add(bytes.subarray(cut))];
    pieces.end();
    expect(read).toEqual(rows);
  }
});

it('gives each row with the piece that finishes it, byte by byte too', () => {
  const pieces = new RowPieces(readRow);
  const bytes = bytesOf(rows);
  const ends = rows.map((_, index) => bytesOf(rows.slice(0, index + 1)).length - 1);
  const finished = [...bytes].flatMap((byte, at) => pieces.add(Buffer.of(byte)).map(() => at));
  expect(finished).toEqual(ends);
});

it('reads rows much longer and much shorter than a piece', () => {
  const anyRow: fc.Arbitrary<Row> = fc.tuple(
    fc.maxSafeInteger(),
    fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.nat(3_000).map((length) => 'ab'.repeat(length)),
    ),
    fc.double(),
    fc.boolean(),
  );
  fc.assert(
    fc.property(fc.array(anyRow, { maxLength: 10 }), fc.integer({ min: 1, max: 500 }), (written, size) => {
      const pieces = new RowPieces(readRow);
      const bytes = bytesOf(written);
      const read: Row[] = [];
      for (let at = 0; at < bytes.length; at += size) read.push(...pieces.add(bytes.subarray(at, at + size)));
      pieces.end();
      expect(read).toEqual(written);
    }),
  );
});

it('says that the last row is not whole', () => {
  const bytes = bytesOf(rows);
  const whole = new Set([0, ...rows.map((_, index) => bytesOf(rows.slice(0, index + 1)).length)]);
  for (let length = 0; length <= bytes.length; length += 1) {
    const pieces = new RowPieces(readRow);
    pieces.add(bytes.subarray(0, length));
    if (whole.has(length)) pieces.end();
    else expect(() => pieces.end()).toThrow(BytesEnded);
  }
});

it('does not take what fails for another reason for the end of the bytes', () => {
  const pieces = new RowPieces(() => {
    throw new RangeError('of the reader');
  });
  expect(() => pieces.add(Buffer.of(1))).toThrow('of the reader');
});
