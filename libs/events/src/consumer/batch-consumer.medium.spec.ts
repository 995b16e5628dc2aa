import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listDeadLetters, REPLAY_OF, replayDeadLetters } from '../dead-letters/dead-letters.ts';
import { TransientError } from '../errors.ts';
import type { EventBus } from '../event-bus.ts';
import { outgoing, TestBed, textOf, until } from '../flow-test-bed.ts';
import { BatchConsumer } from './batch-consumer.ts';
import type { BatchConsumerOptions, ConsumerAlert } from './consumer-options.ts';
import { StartOverError, StopSourceError } from './flow-errors.ts';
import type { AssignedPartition, PartitionBatch, PartitionHandler } from './partition-handler.ts';

let bed: TestBed;
let bus: EventBus;
beforeEach(async () => {
  bed = new TestBed();
  bus = await bed.bus();
});
afterEach(() => bed.close());

type Options = Partial<BatchConsumerOptions> & Pick<BatchConsumerOptions, 'topics' | 'handler'>;

async function consume(on: EventBus, options: Options): Promise<BatchConsumer> {
  const consumer = bed.opened(new BatchConsumer(on, { group: 'g', ...options }));
  await consumer.start();
  await consumer.whenAssigned();
  return consumer;
}

/** Notes values by partition; `act` may throw or say what is poison. */
function noting(
  act: (batch: PartitionBatch) => Promise<Awaited<ReturnType<PartitionHandler['handle']>>> = async () => {},
) {
  const seen: string[] = [];
  const handle = async (batch: PartitionBatch) => {
    const result = await act(batch);
    for (const record of batch.records) seen.push(textOf(record));
    return result;
  };
  return { seen, handler: { handle } satisfies PartitionHandler };
}

describe('BatchConsumer', () => {
  it('hands over every record in order and goes on where it was', async () => {
    const topic = await bed.sourceTopic(bus, 2);
    await bus.producer().send(Array.from({ length: 1000 }, (_, i) => outgoing(topic, i % 2, `r${i}`)));
    const { seen, handler } = noting();
    const first = await consume(bus, { topics: [topic], handler, maxBatchRecords: 64 });
    await until(() => seen.length === 1000);
    const even = seen.filter((value) => Number(value.slice(1)) % 2 === 0);
    expect(even).toEqual(Array.from({ length: 500 }, (_, i) => `r${i * 2}`));
    await first.stop();
    await bus.producer().send([outgoing(topic, 0, 'later')]);
    const second = await consume(bus, { topics: [topic], handler });
    await until(() => seen.length > 1000);
    expect(seen).toHaveLength(1001);
    expect(second.status).toMatchObject({ state: 'running', lag: 0, stopped: [] });
  });

  it('may be started again when a start has failed', async () => {
    const { seen, handler } = noting();
    const topics = [`${bed.config.topicPrefix}source`];
    const consumer = bed.opened(new BatchConsumer(bus, { group: 'g', topics, handler }));
    await expect(consumer.start()).rejects.toThrow();
    const topic = await bed.sourceTopic(bus, 2);
    await bus.producer().send([outgoing(topic, 0, 'a'), outgoing(topic, 1, 'b')]);
    await consumer.start();
    await until(() => seen.length === 2);
    expect(consumer.status).toMatchObject({ state: 'running', stopped: [] });
  });

  it('stops fetching a partition whose handler is slow and loses nothing', async () => {
    const topic = await bed.sourceTopic(bus, 1);
    // A record batch is fetched whole: bounds can hold only between batches.
    for (let i = 0; i < 2000; i += 50)
      await bus.producer().send(Array.from({ length: 50 }, (_, k) => outgoing(topic, 0, `r${i + k}`)));
    let most = 0;
    const { seen, handler } = noting(async () => {
      most = Math.max(most, consumer.status.partitions[0]?.queuedRecords ?? 0);
      await new Promise((resolve) => setTimeout(resolve, 1));
    });
    const consumer = bed.opened(
      new BatchConsumer(bus, {
        group: 'g',
        topics: [topic],
        handler,
        maxBatchRecords: 20,
        maxQueuedRecords: 100,
        maxBytesPerPartition: 4_000,
      }),
    );
    await consumer.start();
    await until(() => seen.length === 2000);
    expect(seen).toEqual(Array.from({ length: 2000 }, (_, i) => `r${i}`));
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThan(600);
  });

  it('keeps a partition that waits for an outage, and its neighbour goes on', async () => {
    const topic = await bed.sourceTopic(bus, 2);
    let down = true;
    let tries = 0;
    const { seen, handler } = noting(async ({ partition }) => {
      if (partition !== 0) return;
      tries += 1;
      if (down) throw new TransientError('store', 'the store is down');
    });
    const consumer = await consume(bus, { topics: [topic], handler });
    await bus.producer().send([outgoing(topic, 0, 'a'), outgoing(topic, 1, 'b')]);
    await until(() => tries > 3);
    expect(seen).toEqual(['b']);
    const blocked = consumer.status.partitions.find(({ partition }) => partition === 0);
    expect(blocked).toMatchObject({ blockedBy: 'the store is down', position: 0, lag: 1 });
    down = false;
    await until(() => seen.includes('a'));
    expect(consumer.status.partitions.every(({ blockedBy }) => blockedBy === undefined)).toBe(true);
    expect(await listDeadLetters(bus, { group: 'g' })).toEqual([]);
  });

  it('dead-letters poison with its bytes unchanged, before the offset is committed, and its neighbours pass', async () => {
    const topic = await bed.sourceTopic(bus, 3);
    const letters: unknown[] = [];
    const { seen, handler } = noting(async ({ records }) => ({
      poison: records
        .filter((record) => textOf(record).startsWith('bad'))
        .map((record) => ({ record, reason: 'no-entity', message: `no entity ${'é'.repeat(2000)}` })),
    }));
    await consume(bus, { topics: [topic], handler, hooks: { onDeadLetter: (letter) => letters.push(letter) } });
    const headers = { one: Buffer.from([0, 255, 1]), two: [Buffer.from('x'), Buffer.from('y')] };
    await bus
      .producer()
      .send([
        outgoing(topic, 2, 'good'),
        { ...outgoing(topic, 2, 'bad'), headers },
        { ...outgoing(topic, 1, 'bad2'), key: null },
        outgoing(topic, 2, 'good2'),
      ]);
    await until(() => seen.length === 4);
    await until(() => letters.length === 2);
    const [one, two] = (await listDeadLetters(bus, { group: 'g' })).toSorted((a, b) => b.partition - a.partition);
    expect(one).toMatchObject({ topic, partition: 2, offset: 1, reason: 'no-entity', group: 'g', schemaId: null });
    expect(one).toMatchObject({ key: Buffer.from('k'), value: Buffer.from('bad'), headers, replayedAtMs: null });
    expect(Buffer.byteLength(one?.message ?? '')).toBeLessThanOrEqual(1024);
    expect(two).toMatchObject({ partition: 1, offset: 0, key: null });
  });

  it('finds the one record that its handler fails on, dead-letters it alone and raises an alert', async () => {
    const topic = await bed.sourceTopic(bus, 1);
    await bus.producer().send(Array.from({ length: 100 }, (_, i) => outgoing(topic, 0, `r${i}`)));
    const alerts: ConsumerAlert[] = [];
    const { seen, handler } = noting(async ({ records }) => {
      if (records.some((record) => textOf(record) === 'r37')) throw new TypeError('cannot read x of undefined');
    });
    const consumer = await consume(bus, {
      topics: [topic],
      handler,
      hooks: { onAlert: (alert) => alerts.push(alert) },
    });
    await until(() => consumer.status.lag === 0 && alerts.length > 0);
    expect(seen).toEqual(Array.from({ length: 100 }, (_, i) => `r${i}`).filter((value) => value !== 'r37'));
    expect(alerts).toMatchObject([{ kind: 'handler-fault', offset: 37 }]);
    expect(await listDeadLetters(bus, { group: 'g' })).toMatchObject([
      { offset: 37, reason: 'handler-fault', message: 'TypeError: cannot read x of undefined' },
    ]);
  });

  it('stops a topic that its handler fails on altogether, and only that topic', async () => {
    const broken = await bed.sourceTopic(bus, 1, 'broken');
    const fine = await bed.sourceTopic(bus, 1, 'fine');
    await bus.producer().send(Array.from({ length: 100 }, (_, i) => outgoing(broken, 0, `r${i}`)));
    const { seen, handler } = noting(async ({ topic }) => {
      if (topic === broken) throw new TypeError('a bad deployment');
    });
    const limits = { handlerFaults: { max: 5, windowMs: 60_000 } };
    const consumer = await consume(bus, { topics: [broken, fine], handler, deadLetterLimits: limits });
    await until(() => consumer.status.stopped.length === 1);
    expect(consumer.status.stoppedBy).toMatchObject({ topic: broken, code: 'EVENTS_TOO_MANY_DEAD_LETTERS' });
    await bus.producer().send([outgoing(fine, 0, 'fine')]);
    await until(() => seen.includes('fine'));
    expect(await listDeadLetters(bus, { group: 'g' })).toHaveLength(5);
    await consumer.stop();
    // Restarted with the fault mended it goes on behind the five.
    const mended = noting();
    await consume(bus, { topics: [broken, fine], handler: mended.handler });
    await until(() => mended.seen.length === 95);
    expect(mended.seen[0]).toBe('r5');
  });

  it('goes on where a topic of bad records stopped when their letters are accepted', async () => {
    const topic = await bed.sourceTopic(bus, 1);
    await bus.producer().send(Array.from({ length: 100 }, (_, i) => outgoing(topic, 0, `bad${i}`)));
    const { seen, handler } = noting(async ({ records }) => ({
      poison: records.map((record) => ({ record, reason: 'bad', message: 'it is bad' })),
    }));
    const deadLetterLimits = { share: { share: 0.5, records: 30 } };
    const consumer = await consume(bus, { topics: [topic], handler, deadLetterLimits, maxBatchRecords: 10 });
    await until(() => consumer.status.stoppedBy?.code === 'EVENTS_TOO_MANY_DEAD_LETTERS');
    expect(await listDeadLetters(bus, { group: 'g' })).toHaveLength(20);
    seen.length = 0;
    await consumer.accept(topic);
    await until(() => consumer.status.lag === 0 && consumer.status.partitions.length === 1);
    expect(consumer.status.stopped).toEqual([]);
    expect(seen).toEqual(Array.from({ length: 80 }, (_, i) => `bad${i + 20}`));
    expect(await listDeadLetters(bus, { group: 'g' })).toHaveLength(100);
  });

  it('brings a dead letter back once, mended, to its partition', async () => {
    const topic = await bed.sourceTopic(bus, 4);
    const isBad = (value: string): boolean => value.startsWith('bad');
    const replays: (string | undefined)[] = [];
    const { seen, handler } = noting(async ({ records }) => {
      for (const { headers } of records) replays.push(headers[REPLAY_OF]?.toString());
      const poison = records.filter((record) => isBad(textOf(record)));
      return { poison: poison.map((record) => ({ record, reason: 'bad', message: 'it is bad' })) };
    });
    await consume(bus, { topics: [topic], handler });
    await bus.producer().send([outgoing(topic, 3, 'bad one'), outgoing(topic, 3, 'bad two')]);
    await until(async () => (await listDeadLetters(bus, { group: 'g' })).length === 2);
    const mend = (letter: { offset: number }): Buffer | undefined =>
      letter.offset === 0 ? Buffer.from('mended') : undefined;
    expect(await Array.fromAsync(replayDeadLetters(bus, { group: 'g', mend }))).toMatchObject([
      { partition: 3, offset: 0 },
    ]);
    await until(() => seen.includes('mended'));
    expect(replays).toContain(`${topic}|0|3|0`);
    expect(await Array.fromAsync(replayDeadLetters(bus, { group: 'g', mend }))).toEqual([]);
    const pending = await listDeadLetters(bus, { group: 'g', pending: true });
    expect(pending).toMatchObject([{ offset: 1, replayedAtMs: null }]);
  });

  it('commits what is durable only, and reads the rest again', async () => {
    const topic = await bed.sourceTopic(bus, 1);
    await bus.producer().send(Array.from({ length: 10 }, (_, i) => outgoing(topic, 0, `r${i}`)));
    const { seen, handler } = noting(async ({ nextOffset }) => ({ hold: true, durableUpTo: Math.min(4, nextOffset) }));
    const first = await consume(bus, { topics: [topic], handler, maxBatchRecords: 3 });
    await until(() => seen.length === 10);
    expect(first.status.partitions).toMatchObject([{ position: 10, durable: 4 }]);
    await first.stop();
    const again = noting();
    await consume(bus, { topics: [topic], handler: again.handler });
    await until(() => again.seen.length === 6);
    expect(again.seen[0]).toBe('r4');
  });

  it('gives an intended range back to be finished exactly', async () => {
    const topic = await bed.sourceTopic(bus, 1);
    await bus.producer().send(Array.from({ length: 10 }, (_, i) => outgoing(topic, 0, `r${i}`)));
    let assigned: AssignedPartition | undefined;
    const first = await consume(bus, {
      topics: [topic],
      handler: {
        assigned: async (partition) => {
          assigned = partition;
        },
        handle: async () => {
          await assigned?.commitIntent(7);
          return { hold: true };
        },
      },
    });
    await until(() => first.status.partitions[0]?.position === 10);
    await first.stop();
    const batches: number[] = [];
    let committed: AssignedPartition['committed'] = null;
    await consume(bus, {
      topics: [topic],
      handler: {
        assigned: async (partition) => {
          ({ committed } = partition);
          return { cutAt: partition.committed?.intent ?? 0 };
        },
        handle: async (batch) => {
          batches.push(batch.nextOffset);
        },
      },
    });
    await until(() => batches.at(-1) === 10);
    expect(committed).toMatchObject({ nextOffset: 0, intent: 7 });
    expect(batches).toContain(7);
  });

  it('calls idle for what is held and commits when it is through', async () => {
    const topic = await bed.sourceTopic(bus, 1);
    let held = 0;
    const handler: PartitionHandler = {
      handle: async ({ records }) => {
        held += records.length;
        return { hold: true };
      },
      idle: async () => {
        held = 0;
        return {};
      },
    };
    const consumer = await consume(bus, { topics: [topic], handler, idleIntervalMs: 10, commitIntervalMs: 10 });
    await bus.producer().send([outgoing(topic, 0, 'a')]);
    await until(() => consumer.status.partitions[0]?.committed === 1);
    expect(held).toBe(0);
  });

  it('starts over from the fence that the handler names', async () => {
    const topic = await bed.sourceTopic(bus, 1);
    await bus.producer().send(Array.from({ length: 10 }, (_, i) => outgoing(topic, 0, `r${i}`)));
    const seen: string[] = [];
    let assignments = 0;
    const handler: PartitionHandler = {
      assigned: async () => ({ startAt: assignments++ === 0 ? 5 : 2 }),
      handle: async ({ records }) => {
        if (assignments === 1) throw new StartOverError('the store came back with less');
        seen.push(...records.map(textOf));
      },
    };
    await consume(bus, { topics: [topic], handler });
    await until(() => seen.length === 8);
    expect(seen).toEqual(['r2', 'r3', 'r4', 'r5', 'r6', 'r7', 'r8', 'r9']);
    expect(assignments).toBe(2);
  });

  it('stops when the store of the handler knew another number of partitions, committed or not', async () => {
    const topic = await bed.sourceTopic(bus, 2);
    await bus.producer().send([outgoing(topic, 0, 'a'), outgoing(topic, 1, 'b')]);
    const { seen, handler } = noting();
    const assigned = async () => ({ startAt: 0, partitions: 1 });
    const consumer = await consume(bus, { topics: [topic], handler: { ...handler, assigned } });
    await until(() => consumer.status.stoppedBy !== undefined);
    expect(consumer.status.stoppedBy?.code).toBe('EVENTS_SOURCE_REPARTITIONED');
    expect(seen).toEqual([]);
  });

  it('waits for a handler that cannot take its partition yet, and says so', async () => {
    const topic = await bed.sourceTopic(bus, 2);
    await bus.producer().send([outgoing(topic, 0, 'a'), outgoing(topic, 1, 'b')]);
    let down = true;
    const { seen, handler } = noting();
    const consumer = bed.opened(
      new BatchConsumer(bus, {
        group: 'g',
        topics: [topic],
        handler: {
          ...handler,
          assigned: async ({ partition }) => {
            if (partition === 0 && down) throw new TransientError('store', 'the store is down');
          },
        },
      }),
    );
    await consumer.start();
    await until(() => seen.includes('b'));
    expect(consumer.status.pending).toEqual([{ topic, partition: 0 }]);
    down = false;
    await until(() => seen.includes('a'));
    expect(consumer.status.pending).toEqual([]);
  });

  it('refuses a second member of a group on one bus', async () => {
    const topic = await bed.sourceTopic(bus, 1);
    const { handler } = noting();
    const first = await consume(bus, { topics: [topic], handler });
    await expect(consume(bus, { topics: [topic], handler })).rejects.toMatchObject({ code: 'EVENTS_GROUP_IN_USE' });
    expect(first.status.state).toBe('running');
    await first.stop();
    await consume(bus, { topics: [topic], handler });
  });

  it('stops the source when the handler says so', async () => {
    const topic = await bed.sourceTopic(bus, 1);
    await bus.producer().send([outgoing(topic, 0, 'a')]);
    const { handler } = noting(async () => {
      throw new StopSourceError('STORE_LOST', 'the store is empty');
    });
    const consumer = await consume(bus, { topics: [topic], handler });
    await until(() => consumer.status.stoppedBy?.code === 'STORE_LOST');
    expect(await listDeadLetters(bus, { group: 'g' })).toEqual([]);
  });

  it('hands large records over and dead-letters them whole', async () => {
    const topic = await bed.sourceTopic(bus, 1);
    const large = Buffer.alloc(5 * 1024 * 1024, 7);
    const { seen, handler } = noting(async ({ records }) => ({
      poison: records
        .filter(({ value }) => (value?.length ?? 0) > 1_000_000)
        .map((record) => ({ record, reason: 'too-large', message: 'too large' })),
    }));
    await consume(bus, { topics: [topic], handler });
    await bus.producer().send([outgoing(topic, 0, 'before'), { ...outgoing(topic, 0, ''), value: large }]);
    await bus.producer().send([outgoing(topic, 0, 'after')]);
    await until(() => seen.at(-1) === 'after');
    const [letter] = await listDeadLetters(bus, { group: 'g' });
    expect(letter?.value?.equals(large)).toBe(true);
  });
});
