import { privateStack } from '@millrace/testing';
import type { PrivateStack } from '@millrace/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BatchConsumer } from './consumer/batch-consumer.ts';
import { TransientError } from './errors.ts';
import type { EventBus } from './event-bus.ts';
import { outgoing, TestBed, textOf, until } from './flow-test-bed.ts';
import { counterDomain } from './journal/counter-domain.ts';
import { Journal } from './journal/journal.ts';

let stack: PrivateStack;
let bed: TestBed;
let bus: EventBus;
beforeAll(async () => {
  stack = await privateStack(['kafka', 'schema-registry']);
});
afterAll(() => stack.remove());
beforeEach(async () => {
  bed = new TestBed(stack.addresses);
  bus = await bed.bus();
});
afterEach(() => bed.close());

async function persistently<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
    }
  }
}

describe('a broker that is killed', () => {
  it('is waited for by consumers and journals, and nothing is lost', async () => {
    const topic = await bed.sourceTopic(bus, 2);
    const seen: string[] = [];
    const consumer = bed.opened(
      new BatchConsumer(await bed.bus(), {
        group: 'g',
        topics: [topic],
        handler: {
          handle: async ({ records }) => {
            seen.push(...records.map(textOf));
          },
        },
      }),
    );
    await consumer.start();
    await consumer.whenAssigned();
    const journal = bed.opened(await Journal.open(bus, { topic: 'counter.journal', domain: counterDomain }));
    await journal.submit({ type: 'add', name: 'x', by: 1 }, { actor: 'a' });
    await bus.producer().send([outgoing(topic, 0, 'before'), outgoing(topic, 1, 'before too')]);
    await until(() => seen.length === 2);

    await stack.servers.kill('kafka');
    await until(() => !journal.ready);
    const submitting = persistently(() =>
      journal.submit({ type: 'add', name: 'x', by: 1 }, { actor: 'a', requestId: 'during' }),
    );
    await stack.servers.start('kafka');

    expect(await submitting).toMatchObject({ ok: true, result: 2 });
    await until(() => journal.ready);
    await persistently(() => bus.producer().send([outgoing(topic, 0, 'after'), outgoing(topic, 1, 'after too')]));
    await until(() => seen.includes('after') && seen.includes('after too'));
    expect((await journal.read()).counts.get('x')).toBe(2);
    expect(consumer.status.stopped).toEqual([]);
    await until(() => consumer.status.partitions.every(({ committed }) => committed >= 2));
  }, 180_000);
});
