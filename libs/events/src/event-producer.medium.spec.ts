import { privateStack } from '@millrace/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TransientError } from './errors.ts';
import type { EventBus } from './event-bus.ts';
import { EventProducer } from './event-producer.ts';
import { TestBed, outgoing } from './flow-test-bed.ts';
import { connectKafka } from './kafkajs/connect-kafka.ts';
import { readTopic } from './read-topic.ts';
import { TopicAdmin } from './topic-admin.ts';

let bed: TestBed;
let bus: EventBus;
beforeEach(async () => {
  bed = new TestBed();
  bus = await bed.bus();
});
afterEach(() => bed.close());

test('each record gets its own offset, in the order of the call', async () => {
  const topic = await bed.sourceTopic(bus, 3);
  const producer = bus.producer();
  const sent = [0, 2, 0, 1, 0, 2].map((partition, i) => outgoing(topic, partition, `r${i}`));
  expect(await producer.send(sent)).toEqual([0, 0, 1, 0, 2, 1]);
  expect(await producer.send(sent.slice(0, 2))).toEqual([3, 2]);
});

test('callers that come at once share requests and get their own offsets', async () => {
  const topic = await bed.sourceTopic(bus, 1);
  const calls = Array.from({ length: 300 }, (_, i) => bus.producer().send([outgoing(topic, 0, `r${i}`)]));
  expect((await Promise.all(calls)).flat()).toEqual(Array.from({ length: 300 }, (_, i) => i));
  const read = await readTopic(bus, topic);
  expect(read.map(({ value }) => String(value))).toEqual(Array.from({ length: 300 }, (_, i) => `r${i}`));
});

test('key, value, headers and timestamp arrive as they were sent, nulls too', async () => {
  const topic = await bed.sourceTopic(bus, 1);
  const headers = { traceparent: Buffer.from('00-1'), empty: Buffer.alloc(0) };
  await bus.producer().send([
    { topic, partition: 0, key: null, value: null },
    {
      topic,
      partition: 0,
      key: Buffer.from([0, 255]),
      value: Buffer.from([1]),
      headers: { ...headers, none: [null], both: [Buffer.from('a'), null] },
      timestampMs: 1_234,
    },
  ]);
  const [first, second] = await readTopic(bus, topic);
  expect([first?.key, first?.value, first?.headers]).toEqual([null, null, {}]);
  expect(second).toMatchObject({ key: Buffer.from([0, 255]), value: Buffer.from([1]), timestampMs: 1_234 });
  expect({ ...second?.headers }).toEqual({ ...headers, both: Buffer.from('a') });
  expect({ ...second?.unusualHeaders }).toEqual({ none: [null], both: [Buffer.from('a'), null] });
});

test('what is too much for one record batch goes out in several, in order', async () => {
  const topic = `${bed.config.topicPrefix}narrow`;
  const spec = { name: topic, schema: null, key: 'k', partitions: 2, retentionMs: -1, maxMessageBytes: 1_048_576 };
  await bus.topics.ensureExact([{ ...spec, cleanup: 'delete' }]);
  const sent = Array.from({ length: 1_500 }, (_, i) =>
    outgoing(topic, i % 3 === 0 ? 1 : 0, `${i} ${'x'.repeat(3_000)}`),
  );
  const [offsets, behind] = await Promise.all([
    bus.producer().send(sent),
    bus.producer().send([outgoing(topic, 1, 'behind')]),
  ]);
  const ofPartition = (wanted: number) => sent.filter(({ partition }) => partition === wanted);
  expect(offsets).toEqual(sent.map((one) => ofPartition(one.partition).indexOf(one)));
  expect(behind).toEqual([500]);
  const read = await readTopic(bus, topic);
  const written = [...ofPartition(0), ...ofPartition(1)].map(({ value }) => String(value));
  expect(read.map(({ value }) => String(value))).toEqual([...written, 'behind']);
});

test('a record that the topic refuses fails its own caller only', async () => {
  const topic = await bed.sourceTopic(bus, 1);
  const large = { topic, partition: 0, key: null, value: Buffer.alloc(9_000_000) };
  const [good, bad, alsoGood] = await Promise.allSettled([
    bus.producer().send([outgoing(topic, 0, 'before')]),
    bus.producer().send([large]),
    bus.producer().send([outgoing(topic, 0, 'after')]),
  ]);
  expect(bad).toMatchObject({ status: 'rejected', reason: { code: 'EVENTS_RECORD_TOO_LARGE' } });
  expect([good.status, alsoGood.status]).toEqual(['fulfilled', 'fulfilled']);
  const values = (await readTopic(bus, topic)).map(({ value }) => String(value));
  expect(values).toEqual(['before', 'after']);
});

test('a partition or topic that does not exist is a coded error, never a success', async () => {
  const topic = await bed.sourceTopic(bus, 1);
  await expect(bus.producer().send([outgoing(topic, 5, 'x')])).rejects.toMatchObject({
    code: 'EVENTS_PARTITION_MISSING',
  });
  await expect(bus.producer().send([outgoing(`${topic}.absent`, 0, 'x')])).rejects.toMatchObject({
    code: 'EVENTS_TOPIC_MISSING',
  });
});

test('a partition that the topic has gained since it was written to is found', async () => {
  const topic = await bed.sourceTopic(bus, 1);
  await bus.producer().send([outgoing(topic, 0, 'before')]);
  const admin = bus.kafka.admin();
  await admin.connect();
  await admin.createPartitions({ topicPartitions: [{ topic, count: 2 }] });
  await admin.disconnect();
  expect(await bus.producer().send([outgoing(topic, 1, 'after')])).toEqual([0]);
});

test('a broker that goes away is a TransientError, and the same producer goes on when it is back', async () => {
  await using stack = await privateStack(['kafka']);
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const brokers = (stack.addresses.env['MILLRACE_KAFKA_BROKERS'] ?? '').split(',');
  const kafka = connectKafka({ brokers, clientId: 'outage' }, log);
  const admin = new TopicAdmin(kafka, { prefix: '', now: () => Date.now() });
  const producer = new EventProducer(kafka, log);
  await admin.ensureExact([
    { name: 't', schema: null, key: '', partitions: 1, retentionMs: -1, cleanup: 'delete', maxMessageBytes: 1_000_000 },
  ]);
  expect(await producer.send([outgoing('t', 0, 'before')])).toEqual([0]);
  await stack.servers.kill('kafka');
  await expect(producer.send([outgoing('t', 0, 'during')])).rejects.toBeInstanceOf(TransientError);
  await expect(admin.ping()).rejects.toBeInstanceOf(TransientError);
  await stack.servers.start('kafka');
  expect(await producer.send([outgoing('t', 0, 'after')])).toEqual([1]);
  await admin.ping();
  await producer.close();
  await admin.close();
});

test('a broker killed in the middle of many sends loses nothing that it acknowledged, and doubles nothing', async () => {
  await using stack = await privateStack(['kafka']);
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const brokers = (stack.addresses.env['MILLRACE_KAFKA_BROKERS'] ?? '').split(',');
  const kafka = connectKafka({ brokers, clientId: 'outage' }, log);
  const admin = new TopicAdmin(kafka, { prefix: '', now: () => Date.now() });
  const producer = new EventProducer(kafka, log);
  await admin.ensureExact([
    { name: 't', schema: null, key: '', partitions: 1, retentionMs: -1, cleanup: 'delete', maxMessageBytes: 1_000_000 },
  ]);
  const offsets = new Map<number, number>();
  const send = async (i: number): Promise<void> => {
    for (;;) {
      try {
        const [offset] = await producer.send([outgoing('t', 0, `r${i}`)]);
        offsets.set(i, offset ?? -1);
        return;
      } catch (error) {
        if (!(error instanceof TransientError)) throw error;
      }
    }
  };
  const restarted = (async () => {
    await stack.servers.kill('kafka');
    await stack.servers.start('kafka');
  })();
  for (let i = 0; i < 2_000; i++) await send(i);
  await restarted;
  const read = await readTopic({ kafka, topics: admin }, 't');
  for (const [i, offset] of offsets) expect(String(read[offset]?.value)).toBe(`r${i}`);
  const unique = read.map(({ value }) => String(value)).filter((value, i, all) => all.indexOf(value) === i);
  expect(unique).toEqual(Array.from({ length: 2_000 }, (_, i) => `r${i}`));
  await producer.close();
  await admin.close();
});
