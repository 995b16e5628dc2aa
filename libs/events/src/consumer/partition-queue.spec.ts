import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codecOf } from '../kafkajs/compression-codecs.ts';
import { decodeRecordBatches } from '../kafkajs/record-batches.ts';
import { stockRecordBatch } from '../kafkajs/stock-record-batch.ts';
import { PartitionQueue } from './partition-queue.ts';
import type { FetchedMessage } from './source-record.ts';

function message(offset: number): FetchedMessage {
  const value = Buffer.from(String(offset));
  return { offset: String(offset), timestamp: '0', key: null, value, headers: {}, attributes: 0 };
}

const place = { topic: 't', partition: 0 };

function chunk(firstOffset: number, lastOffset: number, offsets: readonly number[]) {
  return { ...place, firstOffset, lastOffset, highWatermark: 1000, messages: offsets.map(message) };
}

/** The records of a chunk in one batch of the current format, which begins with records that were fetched before. */
async function batchedChunk(firstOffset: number, lastOffset: number, offsets: readonly number[]) {
  const baseOffset = Math.max(0, firstOffset - 2);
  const records = [...range(baseOffset, firstOffset), ...offsets].map((offset) => ({
    offsetDelta: offset - baseOffset,
    value: Buffer.from(String(offset)),
  }));
  const batch = { firstOffset: baseOffset, lastOffset, firstTimestamp: 1_700_000_000_000, compression: 0 };
  const messages = await decodeRecordBatches(await stockRecordBatch(records, batch), codecOf);
  return { ...place, firstOffset: baseOffset, lastOffset, highWatermark: 1000, messages };
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

describe('PartitionQueue', () => {
  it.each([
    ['messages of an old format', chunk],
    ['record batches', batchedChunk],
  ])('gives every record once, in order, in batches that join up, however it was fetched: %s', async (_, fetched) => {
    const fetches = fc.array(fc.record({ size: fc.integer({ min: 1, max: 9 }), trailing: fc.nat({ max: 2 }) }), {
      minLength: 1,
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(
        fetches,
        fc.integer({ min: 1, max: 7 }),
        fc.nat({ max: 60 }),
        fc.nat({ max: 5 }),
        async (sizes, max, cutAt, back) => {
          const queue = new PartitionQueue(place, 0);
          let next = 0;
          const expected: number[] = [];
          for (const { size, trailing } of sizes) {
            // A repeat of what was fetched before is passed over; control records take offsets and give no message.
            const from = Math.max(0, next - back);
            const last = next + size + trailing - 1;
            expect(
              queue.push(
                await fetched(
                  from,
                  last,
                  range(from, next + size).filter((o) => o >= next || expected.includes(o)),
                ),
              ),
            ).toBeNull();
            expected.push(...range(next, next + size));
            next = last + 1;
          }
          const seen: number[] = [];
          let position = 0;
          for (let slice = queue.take(max, cutAt); slice !== null; slice = queue.take(max, cutAt)) {
            const offsets = slice.records.map(({ offset }) => offset);
            expect(offsets.length).toBeLessThanOrEqual(max);
            expect(offsets[0]).toBeGreaterThanOrEqual(position);
            expect(slice.nextOffset).toBeGreaterThan(offsets.at(-1) ?? -1);
            // The cut is a boundary whenever there is anything on both sides of it.
            if (position < cutAt && slice.nextOffset > cutAt) expect(offsets[0]).toBeGreaterThanOrEqual(cutAt);
            position = slice.nextOffset;
            seen.push(...offsets);
          }
          expect(seen).toEqual(expected);
          expect({ records: queue.records, bytes: queue.bytes }).toEqual({ records: 0, bytes: 0 });
        },
      ),
    );
  });

  it('tells of a hole, once, and not of what was passed over', () => {
    const queue = new PartitionQueue(place, 5);
    expect(queue.push(chunk(5, 6, [5, 6]))).toBeNull();
    expect(queue.push(chunk(9, 9, [9]))).toEqual({ from: 7, to: 9 });
    queue.passOver(14);
    expect(queue.expected).toBe(15);
    expect(queue.push(chunk(15, 15, [15]))).toBeNull();
    expect(queue.push(chunk(10, 15, [10, 15]))).toBeNull();
    expect(queue.take(10, undefined)?.records.map(({ offset }) => offset)).toEqual([5, 6, 9, 15]);
  });
});
