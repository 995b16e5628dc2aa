import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EventBus } from '../event-bus.ts';
import { outgoing, TestBed, textOf, until } from '../flow-test-bed.ts';
import { BatchConsumer } from './batch-consumer.ts';

let bed: TestBed;
let bus: EventBus;
beforeEach(async () => {
  bed = new TestBed();
  bus = await bed.bus();
});
afterEach(() => bed.close());

describe('BatchConsumer', () => {
  it('hands over every record in order and goes on where it was', async () => {
    const topic = await bed.sourceTopic(bus, 2);
    const records = Array.from({ length: 1000 }, (_, i) => outgoing(topic, i % 2, `r${i}`));
    await bus.producer().send(records);
    const seen: string[][] = [[], []];
    const handler = {
      handle: async (batch: { partition: number; records: readonly Parameters<typeof textOf>[0][] }) => {
        for (const record of batch.records) seen[batch.partition]?.push(textOf(record));
      },
    };
    const first = bed.opened(new BatchConsumer(bus, { group: 'g', topics: [topic], handler, maxBatchRecords: 64 }));
    await first.start();
    await until(() => seen.flat().length === 1000);
    expect(seen[0]).toEqual(records.filter(({ partition }) => partition === 0).map(({ value }) => value?.toString()));
    await first.stop();
    await bus.producer().send([outgoing(topic, 0, 'later')]);
    const second = bed.opened(new BatchConsumer(bus, { group: 'g', topics: [topic], handler }));
    await second.start();
    await until(() => seen.flat().length > 1000);
    expect(seen.flat()).toHaveLength(1001);
    expect(seen[0]?.at(-1)).toBe('later');
    expect(second.status).toMatchObject({ state: 'running', lag: 0, stopped: [] });
  });
});
