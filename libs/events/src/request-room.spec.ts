import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OutgoingRecord } from './outgoing-record.ts';
import { RequestRoom, sizeOf } from './request-room.ts';
import type { RequestLimits } from './request-room.ts';

const limits: RequestLimits = { maxRecords: 20, maxBytes: 4_000, maxBatchBytes: 1_000 };
const record = (partition: number, bytes: number, topic = 't'): OutgoingRecord => ({
  topic,
  partition,
  key: null,
  value: Buffer.alloc(bytes),
});

function requestsOf(records: readonly OutgoingRecord[], of = limits): OutgoingRecord[][] {
  const requests: OutgoingRecord[][] = [];
  for (let from = 0; from < records.length;) {
    const to = new RequestRoom(of).take(records, from);
    if (to === from) throw new Error('a request without a record');
    requests.push(records.slice(from, to));
    from = to;
  }
  return requests;
}

describe('RequestRoom', () => {
  it('cuts any records into requests in order, none with a batch, a size or a number above its bound', () => {
    const any = fc.record({
      partition: fc.nat({ max: 2 }),
      bytes: fc.nat({ max: 1_500 }),
      topic: fc.constantFrom('a', 'b'),
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 100 }), (shapes) => {
        const records = shapes.map(({ partition, bytes, topic }) => record(partition, bytes, topic));
        const requests = requestsOf(records);
        expect(requests.flat()).toEqual(records);
        for (const request of requests) {
          expect(request.length).toBeLessThanOrEqual(limits.maxRecords);
          const batches = Map.groupBy(request, ({ topic, partition }) => `${topic} ${partition}`);
          for (const batch of batches.values()) {
            const size = batch.reduce((sum, one) => sum + sizeOf(one), 0);
            if (batch.length > 1) expect(size).toBeLessThanOrEqual(limits.maxBatchBytes);
          }
          const total = request.reduce((sum, one) => sum + sizeOf(one), 0);
          if (request.length > 1) expect(total).toBeLessThanOrEqual(limits.maxBytes);
        }
      }),
    );
  });

  it('leaves no room unused: what goes to several partitions shares a request', () => {
    const spread = Array.from({ length: 8 }, (_, i) => record(i % 4, 400));
    expect(requestsOf(spread).map(({ length }) => length)).toEqual([8]);
    expect(requestsOf(spread.map((one) => ({ ...one, partition: 0 }))).map(({ length }) => length)).toEqual([
      2, 2, 2, 2,
    ]);
  });

  it('counts headers, which dead letters have many of', () => {
    const plain = record(0, 10);
    const headers = { trace: Buffer.alloc(300), twice: [Buffer.alloc(200), Buffer.alloc(200)] };
    expect(sizeOf({ ...plain, headers }) - sizeOf(plain)).toBeGreaterThan(700);
  });
});
