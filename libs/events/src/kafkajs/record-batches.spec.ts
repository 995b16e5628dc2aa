import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { framingOf } from '../schema-reference.ts';
import { codecOf } from './compression-codecs.ts';
import { javaRecordBatches } from './java-record-batches.ts';
import { loadInternal } from './kafkajs-internals.ts';
import { decodeRecordBatches, RecordCursor } from './record-batches.ts';
import type { BatchRecord, FetchedBatch } from './record-batches.ts';
import { stockRecordBatch } from './stock-record-batch.ts';

interface StockRecord extends Record<'key' | 'value', Buffer | null> {
  readonly offset: string;
  readonly timestamp: string;
  readonly headers: Record<string, unknown>;
  readonly isControlRecord: boolean;
  readonly batchContext: object;
  readonly magicByte: number;
  readonly attributes: number;
}

const StockDecoder = loadInternal('src/protocol/decoder') as new (data: Buffer) => object;
const stockBatchDecoder = loadInternal('src/protocol/recordBatch/v0/decoder') as (
  decoder: object,
) => Promise<{ records: StockRecord[] }>;

const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));
const record = fc.record({
  key: fc.option(bytes),
  value: fc.option(bytes),
  timestampDelta: fc.integer({ min: -(2 ** 40), max: 2 ** 40 }),
  headers: fc.dictionary(
    // kafkajs mixes up a header with what every object has under that name.
    fc.string({ minLength: 1, maxLength: 12 }).filter((name) => !(name in {})),
    fc.oneof(bytes, fc.array(bytes, { minLength: 2, maxLength: 3 })),
    { maxKeys: 3 },
  ),
});

const plain = ({ key, value, offset, timestamp, headers }: StockRecord) => ({
  key,
  value,
  offset,
  timestamp,
  headers: { ...headers },
});

function recordsOf(batch: FetchedBatch | undefined): BatchRecord[] {
  const cursor = batch?.records();
  const records: BatchRecord[] = [];
  for (let one = cursor?.next(); one; one = cursor?.next()) records.push(one);
  expect(cursor?.left).toBe(0);
  return records;
}

function asStock({ key, value, offset, timestampMs, headers, unusualHeaders }: BatchRecord) {
  return {
    key,
    value,
    offset: String(offset),
    timestamp: String(timestampMs),
    headers: { ...headers, ...unusualHeaders },
  };
}

test('records read the same as with the decoder of kafkajs', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(record, { minLength: 1, maxLength: 8 }),
      fc.record({
        firstOffset: fc.integer({ min: 0, max: 2 ** 50 }),
        firstTimestamp: fc.integer({ min: 1_600_000_000_000, max: 1_900_000_000_000 }),
        compression: fc.constantFrom(0, 1),
      }),
      async (records, context) => {
        const buffer = await stockRecordBatch(records, context);
        const stock = await stockBatchDecoder(new StockDecoder(buffer));
        const [batch] = await decodeRecordBatches(buffer, codecOf);
        const { isControlRecord, magicByte, attributes, ...read } = { ...stock.records[0] };
        expect(recordsOf(batch).map(asStock)).toEqual(stock.records.map(plain));
        expect({ isControlRecord: batch?.isControlRecord, batchContext: batch?.batchContext }).toEqual({
          isControlRecord,
          batchContext: read.batchContext,
        });
        expect({ magicByte, attributes }).toEqual({ magicByte: batch?.batchContext.magicByte, attributes: 0 });
        expect([batch?.baseOffset, batch?.lastOffset, batch?.count]).toEqual([
          context.firstOffset,
          context.firstOffset + records.length - 1,
          records.length,
        ]);
      },
    ),
    { numRuns: 300 },
  );
});

test('a batch cut off by the size of the fetch is left for the next one', async () => {
  const batch = { firstTimestamp: 1_700_000_000_000, compression: 0 };
  const first = await stockRecordBatch([{ key: null, value: Buffer.from('a') }], { ...batch, firstOffset: 10 });
  const second = await stockRecordBatch([{ key: null, value: Buffer.from('b') }], { ...batch, firstOffset: 11 });
  const data = Buffer.concat([first, second]);
  const offsets = async (part: Buffer) =>
    (await decodeRecordBatches(part, codecOf)).flatMap(recordsOf).map(({ offset }) => offset);
  expect(await offsets(data)).toEqual([10, 11]);
  expect(await offsets(data.subarray(0, data.length - 1))).toEqual([10]);
  expect(await offsets(data.subarray(0, first.length + 20))).toEqual([10]);
});

test('a header called __proto__ is data', async () => {
  const headers = JSON.parse('{"__proto__": "x"}') as object;
  const buffer = await stockRecordBatch([{ key: null, value: null, headers }], {
    firstOffset: 0,
    firstTimestamp: 1,
    compression: 0,
  });
  const [one] = recordsOf((await decodeRecordBatches(buffer, codecOf))[0]);
  expect(Object.keys(one?.headers ?? {})).toEqual(['__proto__']);
  expect(Object.getPrototypeOf(one?.headers)).toBe(null);
});

test.each(Object.entries(javaRecordBatches))(
  'a batch that the Java client packed with %s is read',
  async (_, base64) => {
    const records = (await decodeRecordBatches(Buffer.from(base64, 'base64'), codecOf)).flatMap(recordsOf);
    const seen = records.map(({ key, value, timestampMs }) => `${String(key)} ${String(value)} ${timestampMs}`);
    const written = Array.from(
      { length: 200 },
      (_, i) => `key-${i} value of record ${i} again and again and again ${1_700_000_000_000 + i}`,
    );
    expect(seen).toEqual(written);
  },
);

test('a batch that cannot be unpacked is one record with its bytes and the reason, in the place of its last', async () => {
  const records = [1, 2, 3].map((n) => ({ key: Buffer.from('k'), value: Buffer.from(`value ${n}`) }));
  const good = await stockRecordBatch(records, { firstOffset: 10, firstTimestamp: 5, compression: 0 });
  const packed = await stockRecordBatch(records, { firstOffset: 13, firstTimestamp: 7, compression: 1 });
  packed.fill(0xff, 61);
  const batches = await decodeRecordBatches(Buffer.concat([good, packed, good]), codecOf);
  expect(batches.map(({ baseOffset, lastOffset, count }) => [baseOffset, lastOffset, count])).toEqual([
    [10, 12, 3],
    [13, 15, 1],
    [10, 12, 3],
  ]);
  const [unreadable] = recordsOf(batches[1]);
  expect(unreadable).toMatchObject({ offset: 15, timestampMs: 7, key: null, value: packed.subarray(61) });
  expect(framingOf({ headers: unreadable?.headers ?? {} }, packed)).toMatchObject({
    ok: false,
    message: expect.stringMatching(/^a batch of 3 records in \d+ bytes cannot be unpacked: /),
  });
});

test('a header without a value is kept apart from one that is not there', () => {
  const text = (value: string): number[] => [value.length * 2, ...Buffer.from(value)];
  const [none, attributes, delta] = [1, 0, 0];
  const headers = [...text('e'), none, ...text('m'), ...text('a'), ...text('m'), none, ...text('p'), ...text('b')];
  const body = [attributes, delta, delta, none, none, 4 * 2, ...headers];
  const data = Buffer.from([body.length * 2, ...body]);
  const one = new RecordCursor(data, 1, { baseOffset: 0, timestampOf: () => 0 }).next();
  expect({ ...one?.headers }).toEqual({ m: Buffer.from('a'), p: Buffer.from('b') });
  expect({ ...one?.unusualHeaders }).toEqual({ e: [null], m: [Buffer.from('a'), null] });
});
