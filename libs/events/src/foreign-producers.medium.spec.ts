import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { testNamespace } from '@millrace/testing';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { EventBus } from './event-bus.ts';
import { TestBed, outgoing } from './flow-test-bed.ts';
import type { Compression } from './kafkajs/compression-codecs.ts';
import { partitioners } from './partitioners.ts';
import { readTopic } from './read-topic.ts';

const python = testNamespace().env['MILLRACE_PYTHON'] ?? 'python3';

/** Below a test's own limit, so that it is Python that says where it hangs. */
const hungAfterSeconds = 45;
const preamble = `
import faulthandler, sys
faulthandler.dump_traceback_later(${hungAfterSeconds}, exit=True)
`;

/** What a script printed. One that fails or hangs is an error with the rest of what it said, the place of the hang too. */
async function run(script: string, args: readonly string[]): Promise<string> {
  try {
    return (await promisify(execFile)(python, ['-c', script, ...args])).stdout.trim();
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { readonly stdout?: string; readonly stderr?: string };
    throw new Error(`the Python client failed\n${stdout}\n${stderr}`, { cause: error });
  }
}

// From a cold disk on a busy machine this alone takes longer than a test may.
beforeAll(() => run('import confluent_kafka.schema_registry.avro', []), 300_000);

let bed: TestBed;
let bus: EventBus;
beforeEach(async () => {
  bed = new TestBed();
  bus = await bed.bus();
});
afterEach(() => bed.close());

const produce = `${preamble}
from confluent_kafka import Producer
brokers, topic, codec = sys.argv[1:4]
producer = Producer({"bootstrap.servers": brokers, "compression.type": codec, "linger.ms": 200})
for i in range(3000):
    producer.produce(topic, key=f"key-{i}", value=f"value of record {i} again and again and again", headers=[("n", str(i))])
assert producer.flush(40) == 0, "not all records were acknowledged"
`;

test.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'])(
  'batches of librdkafka with compression %s are read, and each record lies where its partitioner says',
  async (codec) => {
    const topic = await bed.sourceTopic(bus, 3);
    await run(produce, [bed.config.kafka.brokers.join(), topic, codec]);
    const read = await readTopic(bus, topic);
    const byNumber = read.map(({ key, value, headers }) => `${String(key)} ${String(value)} ${String(headers['n'])}`);
    const written = Array.from(
      { length: 3000 },
      (_, i) => `key-${i} value of record ${i} again and again and again ${i}`,
    );
    expect([...byNumber].sort()).toEqual([...written].sort());
    // readTopic gives partition after partition.
    const ends = await bus.topics.endOffsets(topic);
    const partitions = ends.flatMap((end, partition) => Array.from({ length: end }, () => partition));
    expect(read.map(({ key }) => partitioners.crc32(key ?? Buffer.alloc(0), 3))).toEqual(partitions);
  },
);

const consume = `${preamble}
from confluent_kafka import Consumer
brokers, topic, count = sys.argv[1:4]
consumer = Consumer({"bootstrap.servers": brokers, "group.id": topic + ".python", "auto.offset.reset": "earliest", "check.crcs": True})
consumer.subscribe([topic])
seen = 0
while seen < int(count):
    message = consumer.poll(30)
    assert message is not None and message.error() is None, message and message.error()
    assert message.value().decode() == f"value {seen} again and again and again", message.value()
    seen += 1
consumer.close()
print(seen)
`;

test.each<Compression>(['none', 'gzip', 'snappy', 'lz4', 'zstd'])(
  'the broker accepts our batches with compression %s, and librdkafka reads them with their checksums',
  async (compression) => {
    const topic = await bed.sourceTopic(bus, 1);
    const values = Array.from({ length: 4000 }, (_, i) => outgoing(topic, 0, `value ${i} again and again and again`));
    await bus.newProducer({ compression }).send(values);
    expect(await run(consume, [bed.config.kafka.brokers.join(), topic, '4000'])).toBe('4000');
    expect(await readTopic(bus, topic)).toHaveLength(4000);
  },
);

// Without a timeout its registry client waits for an answer for ever.
const produceAvro = `${preamble}
from confluent_kafka import SerializingProducer
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroSerializer
brokers, registry, topic = sys.argv[1:4]
schema = '{"type":"record","name":"Ping","fields":[{"name":"n","type":"int"},{"name":"who","type":["null","string"],"default":null}]}'
serializer = AvroSerializer(SchemaRegistryClient({"url": registry, "timeout": 30}), schema)
producer = SerializingProducer({"bootstrap.servers": brokers, "value.serializer": serializer})
for i in range(100):
    producer.produce(topic, value={"n": i, "who": None if i % 2 else "ann"})
assert producer.flush(40) == 0, "not all records were acknowledged"
`;

test('records of the Python Avro serializer are read without their schema being known here', async () => {
  const topic = await bed.sourceTopic(bus, 1);
  const { kafka, schemaRegistry } = bed.config;
  await run(produceAvro, [kafka.brokers.join(), schemaRegistry.url, topic]);
  const records = (await readTopic(bus, topic)).map(({ value }) => ({ value, headers: {} }));
  const results = await bus.codec.reader<{ n: number; who: string | null }>().decodeBatch(records);
  const seen = results.map((result) => (result.ok ? `${result.value.n} ${result.value.who}` : result.message));
  expect(seen).toEqual(Array.from({ length: 100 }, (_, i) => `${i} ${i % 2 ? null : 'ann'}`));
});
