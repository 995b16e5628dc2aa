import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EventBus } from '../event-bus.ts';
import type { EventsConfig } from '../events-config.ts';
import { outgoing, TestBed, textOf, until } from '../flow-test-bed.ts';
import { scanLog } from '../log/scan-log.ts';
import { BatchConsumer } from './batch-consumer.ts';
import type { PartitionHandler } from './partition-handler.ts';
import { Watermarks } from './watermarks.ts';

const PARTITIONS = 4;
const childFile = fileURLToPath(new URL('../flow-test-child.ts', import.meta.url));

let bed: TestBed;
let bus: EventBus;
let children: ChildProcess[] = [];
beforeEach(async () => {
  bed = new TestBed();
  bus = await bed.bus();
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  children = [];
  await bed.close();
});

async function child(
  topic: string,
  derived: string,
  delayMs: number,
  config: EventsConfig = bed.config,
): Promise<ChildProcess> {
  const options = { config, topic, derived, derivedPartitions: PARTITIONS, delayMs };
  const started = spawn(process.execPath, ['--conditions=source', childFile, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(started);
  await once(started.stdout, 'data');
  return started;
}

interface Derived {
  readonly by: number;
  readonly partition: number;
  readonly offset: number;
  readonly value: string;
}

async function derivedRecords(derived: string): Promise<Derived[]> {
  const all: Derived[] = [];
  for await (const record of scanLog(bus, derived)) all.push(JSON.parse(textOf(record)) as Derived);
  return all;
}

/** What a subscriber is left with: first write wins. */
function deduplicated(all: readonly Derived[], topic: string): Derived[] {
  const watermarks = Watermarks.empty();
  return all.filter(({ partition, offset }) =>
    watermarks.accept({
      lane: 'child',
      sourceTopic: topic,
      generation: 0,
      sourcePartition: partition,
      sourceOffset: offset,
    }),
  );
}

async function send(topic: string, count: number): Promise<void> {
  for (let i = 0; i < count; i += 100)
    await bus
      .producer()
      .send(
        Array.from({ length: Math.min(100, count - i) }, (_, k) => outgoing(topic, (i + k) % PARTITIONS, `r${i + k}`)),
      );
}

describe('a consumer group', () => {
  it('shares partitions, moves them without loss and without a repeat when members come and go in order', async () => {
    const topic = await bed.sourceTopic(bus, PARTITIONS);
    const seen: string[] = [];
    let together = 0;
    const busy = new Set<string>();
    const handler: PartitionHandler = {
      handle: async ({ partition, records }) => {
        if (busy.has(String(partition))) together += 1;
        busy.add(String(partition));
        await new Promise((resolve) => setTimeout(resolve, 2));
        seen.push(...records.map(textOf));
        busy.delete(String(partition));
      },
    };
    const member = async (): Promise<BatchConsumer> => {
      const consumer = new BatchConsumer(await bed.bus(), {
        group: 'g',
        topics: [topic],
        handler,
        maxBatchRecords: 5,
      });
      bed.opened(consumer);
      await consumer.start();
      return consumer;
    };
    const one = await member();
    const sending = send(topic, 4000);
    await until(() => seen.length > 500);
    const two = await member();
    await until(() => two.status.partitions.length === 2 && one.status.partitions.length === 2);
    await until(() => seen.length > 2500);
    await one.stop();
    await sending;
    await until(() => two.status.partitions.length === 4);
    await send(topic, 400);
    await until(() => seen.length >= 4400);
    expect(seen).toHaveLength(4400);
    expect(new Set(seen).size).toBe(4000);
    expect(together).toBe(0);
  });

  it('loses nothing and doubles nothing under the watermark rule when a member is killed in mid-batch', async () => {
    const topic = await bed.sourceTopic(bus, PARTITIONS);
    const derived = await bed.sourceTopic(bus, PARTITIONS, 'derived');
    await send(topic, 2000);
    for (let round = 0; round < 3; round++) {
      const victim = await child(topic, derived, 5);
      const before = (await bus.topics.endOffsets(derived)).reduce((a, b) => a + b, 0);
      await until(async () => (await bus.topics.endOffsets(derived)).reduce((a, b) => a + b, 0) > before + 100);
      victim.kill('SIGKILL');
      await once(victim, 'exit');
    }
    await child(topic, derived, 0);
    await until(async () => deduplicated(await derivedRecords(derived), topic).length === 2000);
    const kept = deduplicated(await derivedRecords(derived), topic);
    expect(new Set(kept.map(({ value }) => value)).size).toBe(2000);
  });

  it('is left at once by who is told to stop while it still waits for a member that was killed', async () => {
    const topic = await bed.sourceTopic(bus, PARTITIONS);
    const derived = await bed.sourceTopic(bus, PARTITIONS, 'derived');
    // Longer than this test: a stop that waited for it would find the group without the victim.
    const victim = await child(topic, derived, 0, { ...bed.config, sessionTimeoutMs: 45_000 });
    victim.kill('SIGKILL');
    await once(victim, 'exit');
    const admin = bus.kafka.admin();
    bed.opened({ stop: () => admin.disconnect() });
    await admin.connect();
    const members = async (): Promise<number> => {
      const { groups } = await admin.describeGroups([bus.topics.name('child')]);
      return groups[0]?.members.length ?? 0;
    };
    const handler: PartitionHandler = { handle: async () => undefined };
    const consumer = new BatchConsumer(bus, { group: 'child', topics: [topic], handler });
    const starting = consumer.start();
    await until(async () => (await members()) === 2);
    expect(consumer.status.state).toBe('starting');
    await consumer.stop();
    await starting;
    expect(await members()).toBe(1);
    await consumer.start();
    expect(consumer.status.state).toBe('stopped');
  });

  it('is not set back by a frozen member that wakes up after its partitions moved', async () => {
    const topic = await bed.sourceTopic(bus, PARTITIONS);
    const derived = await bed.sourceTopic(bus, PARTITIONS, 'derived');
    await send(topic, 1200);
    const zombie = await child(topic, derived, 10);
    await until(async () => (await derivedRecords(derived)).length > 100);
    zombie.kill('SIGSTOP');
    const heir = await child(topic, derived, 10);
    await until(async () => (await derivedRecords(derived)).some(({ by }) => by === heir.pid));
    zombie.kill('SIGCONT');
    await until(async () => deduplicated(await derivedRecords(derived), topic).length === 1200);
    // The zombie came back as a member and both go on: what they commit together is the end of the log.
    heir.kill('SIGTERM');
    await once(heir, 'exit');
    zombie.kill('SIGTERM');
    await once(zombie, 'exit');
    const committed: number[] = [];
    const observer = bed.opened(
      new BatchConsumer(await bed.bus(), {
        group: 'child',
        topics: [topic],
        handler: {
          assigned: async (partition) => {
            committed[partition.partition] = partition.committed?.nextOffset ?? -1;
          },
          handle: async () => {},
        },
      }),
    );
    await observer.start();
    await observer.whenAssigned();
    expect(committed).toEqual(await bus.topics.endOffsets(topic));
  });
});
