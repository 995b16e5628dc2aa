import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { codecOf, compressionTypes } from './compression-codecs.ts';
import { loadInternal } from './kafkajs-internals.ts';
import type { InternalEncoder } from './kafkajs-internals.ts';
import { fastProduceRequest } from './load-kafkajs.ts';
import type { ProduceArguments } from './produce-request.ts';

const stockRequest = loadInternal('src/protocol/requests/produce/v3/request') as (request: ProduceArguments) => {
  encode(): Promise<InternalEncoder>;
};

const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const message = fc.record({
  key: fc.option(bytes),
  value: fc.option(bytes),
  // Equally long timestamps: kafkajs sorts them as text.
  timestamp: fc.integer({ min: 1_000_000_000_000, max: 9_999_999_999_999 }).map(String),
  headers: fc.dictionary(fc.string({ minLength: 1, maxLength: 12 }), bytes, { maxKeys: 3 }),
});
const request = fc.record({
  acks: fc.constant(-1),
  timeout: fc.nat(100_000),
  producerId: fc.bigInt({ min: 0n, max: 2n ** 62n }).map(String),
  producerEpoch: fc.nat(30_000),
  compression: fc.constantFrom(compressionTypes.none, compressionTypes.gzip),
  transactionalId: fc.option(fc.string({ minLength: 1, maxLength: 8 })),
  topicData: fc.array(
    fc.record({
      topic: fc.string({ minLength: 1, maxLength: 20 }),
      partitions: fc.array(
        fc.record({
          partition: fc.nat(64),
          firstSequence: fc.nat(2 ** 31 - 1),
          messages: fc.array(message, { minLength: 1, maxLength: 5 }),
        }),
        { minLength: 1, maxLength: 3 },
      ),
    }),
    { minLength: 1, maxLength: 3 },
  ),
});

test('the body of a Produce request is byte for byte the one that kafkajs writes', async () => {
  await fc.assert(
    fc.asyncProperty(request, async (args) => {
      const ours = fastProduceRequest(args) as { encode(): Promise<InternalEncoder> };
      const stock = await stockRequest(args).encode();
      expect((await ours.encode()).buffer.equals(stock.buffer)).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test('a batch of many records with long varints is byte for byte the one that kafkajs writes', async () => {
  const messages = Array.from({ length: 9_000 }, (_, i) => ({
    key: Buffer.from(`key-${i}`),
    value: Buffer.alloc(i % 300, i),
    timestamp: String(1_700_000_000_000 + i * 1_000_000),
  }));
  const args = {
    acks: -1,
    timeout: 1,
    producerId: '7',
    topicData: [{ topic: 't', partitions: [{ partition: 0, messages }] }],
  };
  const ours = fastProduceRequest(args) as { encode(): Promise<InternalEncoder> };
  const stock = await stockRequest(args).encode();
  expect((await ours.encode()).buffer.equals(stock.buffer)).toBe(true);
});

test('a request may mix records with and without a timestamp: those without get the time of sending', async () => {
  const { encodeProduce } = await import('./produce-request.ts');
  const args = {
    acks: -1,
    timeout: 1,
    topicData: [
      { topic: 't', partitions: [{ partition: 0, messages: [{ value: null, timestamp: 5_000 }, { value: null }] }] },
    ],
  };
  const Encoder = loadInternal('src/protocol/encoder') as new (size: number) => InternalEncoder;
  const { buffer } = await encodeProduce(args, {
    codecOf,
    newEncoder: () => new Encoder(1),
    now: () => 8_000,
  });
  const batch = buffer.subarray(27); // behind the request's own fields
  expect([batch.readInt32BE(8) + 12, batch.readInt8(16)]).toEqual([batch.length, 2]);
  expect([batch.readBigInt64BE(27), batch.readBigInt64BE(35)]).toEqual([5_000n, 8_000n]);
});
