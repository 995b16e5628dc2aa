import type { Admin } from 'kafkajs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EventBus } from '../event-bus.ts';
import { outgoing, TestBed, textOf, until } from '../flow-test-bed.ts';
import { BatchConsumer } from './batch-consumer.ts';
import type { BatchConsumerOptions } from './consumer-options.ts';

let bed: TestBed;
let bus: EventBus;
let admin: Admin;
beforeEach(async () => {
  bed = new TestBed();
  bus = await bed.bus();
  admin = bus.kafka.admin();
  await admin.connect();
});
afterEach(async () => {
  await admin.disconnect();
  await bed.close();
});

async function send(topic: string, partition: number, ...values: string[]): Promise<void> {
  await bus.producer().send(values.map((value) => outgoing(topic, partition, value)));
}

/** Retention, as far as a test can wait for it. */
async function cutLog(topic: string, offset: number): Promise<void> {
  // kafkajs knows the leader only of topics that it was asked for.
  await admin.fetchTopicOffsets(topic);
  await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: String(offset) }] });
}

async function consume(
  topics: readonly string[],
  options: Partial<BatchConsumerOptions> = {},
): Promise<{ consumer: BatchConsumer; seen: string[]; generations: Set<number> }> {
  const seen: string[] = [];
  const generations = new Set<number>();
  const consumer = bed.opened(
    new BatchConsumer(await bed.bus(), {
      group: 'g',
      topics,
      ...options,
      handler: {
        handle: async ({ records, generation }) => {
          generations.add(generation);
          seen.push(...records.map(textOf));
        },
      },
    }),
  );
  await consumer.start();
  await consumer.whenAssigned();
  return { consumer, seen, generations };
}

/** Reads what there is and stops, so that the group has a fence. */
async function readOnce(topics: readonly string[], count: number): Promise<void> {
  const { consumer, seen } = await consume(topics);
  await until(() => seen.length === count);
  await consumer.stop();
}

/** Deletion is done when the broker can make the topic anew. */
async function recreate(topic: string, partitions: number): Promise<void> {
  await bus.topics.delete([topic]);
  const spec = { schema: null, key: 'k', retentionMs: -1, cleanup: 'delete', maxMessageBytes: 8_388_608 } as const;
  await until(async () => {
    try {
      await bus.topics.ensureExact([{ ...spec, name: topic, partitions }]);
      return true;
    } catch {
      return false;
    }
  });
}

describe('a source that is not the one that was read', () => {
  it('stops when it was recreated with other records, and goes on in a new generation from the beginning', async () => {
    const topic = await bed.sourceTopic(bus, 1);
    const other = await bed.sourceTopic(bus, 1, 'other');
    await send(topic, 0, 'a', 'b', 'c');
    await readOnce([topic, other], 3);
    await recreate(topic, 1);
    await send(topic, 0, 'x', 'y', 'z', 'w');
    const { consumer, seen, generations } = await consume([topic, other]);
    expect(consumer.status.stopped).toMatchObject([{ topic, code: 'EVENTS_SOURCE_RECREATED' }]);
    await send(other, 0, 'still read');
    await until(() => seen.length === 1);
    await consumer.resume(topic, 1);
    await until(() => seen.length === 5);
    expect(seen).toEqual(['still read', 'x', 'y', 'z', 'w']);
    expect(generations).toEqual(new Set([0, 1]));
    await consumer.stop();
    // The generation is part of the fence: nobody has to say it again.
    await send(topic, 0, 'v');
    const later = await consume([topic, other]);
    await until(() => later.seen.length === 1);
    expect(later.generations).toEqual(new Set([1]));
  });

  it('stops when it ends before the position', async () => {
    const topic = await bed.sourceTopic(bus, 1);
    await send(topic, 0, 'a', 'b', 'c');
    const groupId = bus.topics.name('g');
    await admin.setOffsets({ groupId, topic, partitions: [{ partition: 0, offset: '10' }] });
    const { consumer } = await consume([topic]);
    expect(consumer.status.stoppedBy).toMatchObject({ topic, code: 'EVENTS_SOURCE_TRUNCATED' });
  });

  it('stops when the offsets of a group that has read it are gone', async () => {
    const topic = await bed.sourceTopic(bus, 1);
    await send(topic, 0, 'a', 'b', 'c');
    await readOnce([topic], 3);
    await admin.deleteGroups([bus.topics.name('g')]);
    const { consumer } = await consume([topic]);
    expect(consumer.status.stoppedBy).toMatchObject({ topic, code: 'EVENTS_SOURCE_OFFSETS_LOST' });
  });

  it('stops when it begins after the position', async () => {
    const topic = await bed.sourceTopic(bus, 1);
    await send(topic, 0, 'a', 'b');
    await readOnce([topic], 2);
    await send(topic, 0, 'c', 'd', 'e');
    await cutLog(topic, 4);
    const { consumer } = await consume([topic]);
    expect(consumer.status.stoppedBy).toMatchObject({ topic, code: 'EVENTS_SOURCE_EXPIRED' });
  });

  it('stops when it has another number of partitions', async () => {
    const topic = await bed.sourceTopic(bus, 2);
    await send(topic, 0, 'a');
    await readOnce([topic], 1);
    await admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] });
    const { consumer, seen } = await consume([topic], { generationOf: () => 0 });
    expect(consumer.status.stoppedBy).toMatchObject({ topic, code: 'EVENTS_SOURCE_REPARTITIONED' });
    await consumer.stop();
    const resumed = await consume([topic], { generationOf: () => 7 });
    await until(() => resumed.seen.length === 1);
    expect(resumed.generations).toEqual(new Set([7]));
    expect(seen).toEqual([]);
  });

  it('goes on when it only lost records that were read', async () => {
    const topic = await bed.sourceTopic(bus, 1);
    await send(topic, 0, 'a', 'b', 'c');
    await readOnce([topic], 3);
    await cutLog(topic, 3);
    await send(topic, 0, 'd');
    const { consumer, seen } = await consume([topic]);
    await until(() => seen.length === 1);
    expect(seen).toEqual(['d']);
    expect(consumer.status.stopped).toEqual([]);
  });

  it('stops while it runs when its log is cut before it was read, and keeps its fence', async () => {
    const topic = await bed.sourceTopic(bus, 1);
    await send(topic, 0, 'a');
    let open: (() => void) | undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const consumer = bed.opened(
      new BatchConsumer(await bed.bus(), {
        group: 'g',
        topics: [topic],
        maxQueuedRecords: 1,
        maxBatchRecords: 1,
        handler: { handle: () => gate },
      }),
    );
    await consumer.start();
    await consumer.whenAssigned();
    await until(() => consumer.status.partitions[0]?.highWatermark === 1);
    // The partition is paused behind the gate: what comes now is not fetched before it is cut off.
    await send(topic, 0, 'b');
    await send(topic, 0, 'c');
    await until(() => (consumer.status.partitions[0]?.queuedRecords ?? 0) > 1);
    for (const value of ['d', 'e', 'f', 'g']) await send(topic, 0, value);
    await cutLog(topic, 6);
    open?.();
    await until(() => consumer.status.stoppedBy !== undefined);
    expect(consumer.status.stoppedBy).toMatchObject({ topic, code: 'EVENTS_SOURCE_EXPIRED' });
    await consumer.stop();
    const again = await consume([topic]);
    expect(again.consumer.status.stoppedBy).toMatchObject({ topic, code: 'EVENTS_SOURCE_EXPIRED' });
  });

  it('is looked at again when it was deleted and came back under a running consumer', async () => {
    const topic = await bed.sourceTopic(bus, 1);
    const other = await bed.sourceTopic(bus, 1, 'other');
    await send(topic, 0, 'a', 'b');
    const { consumer, seen } = await consume([topic, other]);
    await until(() => seen.length === 2);
    await until(() => consumer.status.partitions.every(({ committed, durable }) => committed === durable));
    await bus.topics.delete([topic]);
    await until(() => consumer.status.stoppedBy !== undefined);
    // The first bus's producer still asks for the deleted topic.
    const producer = (await bed.bus()).producer();
    await producer.send([outgoing(other, 0, 'still read')]);
    await until(() => seen.length === 3);
    await recreate(topic, 1);
    await send(topic, 0, 'x', 'y', 'z');
    await until(() => consumer.status.stoppedBy?.code === 'EVENTS_SOURCE_RECREATED');
  });
});
