import { schemas, topics } from '@millrace/schemas';
import type { ModelPromoted } from '@millrace/schemas';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { subscribe } from '../consumer/subscribe.ts';
import { TransientError } from '../errors.ts';
import type { EventBus } from '../event-bus.ts';
import { TestBed, until } from '../flow-test-bed.ts';
import { counterDomain } from './counter-domain.ts';
import type { CounterCommand } from './counter-domain.ts';
import { Journal } from './journal.ts';
import { JournalPublisher } from './journal-publisher.ts';

const journalName = 'registry.journal';
const promoted = topics['registry.model-promoted'];
let bed: TestBed;
let bus: EventBus;
beforeEach(async () => {
  bed = new TestBed();
  bus = await bed.bus();
  await bus.topics.ensure([promoted]);
});
afterEach(() => bed.close());

function promote(version: number, ...targets: string[]): CounterCommand {
  return { type: 'promote', model: 'fraud', version: String(version), targets };
}

async function publisher(): Promise<JournalPublisher<unknown, CounterCommand>> {
  const made = new JournalPublisher(await bed.bus(), { topic: journalName, domain: counterDomain, lane: 'registry' });
  bed.opened(made);
  await made.start();
  return made;
}

describe('JournalPublisher', () => {
  it('publishes the events of applied commands with ids of their positions, each subscriber sees each once', async () => {
    const journal = bed.opened(await Journal.open(bus, { topic: journalName, domain: counterDomain }));
    await publisher();
    const events: ModelPromoted[] = [];
    const subscriber = await subscribe<ModelPromoted>(await bed.bus(), {
      group: 'watcher',
      topic: bus.topics.name(promoted.name),
      schema: schemas.ModelPromoted,
      onEvent: async (event) => {
        events.push(event);
      },
    });
    bed.opened(subscriber);
    await journal.submit({ type: 'add', name: 'x', by: 1 }, { actor: 'ann' });
    await journal.submit(promote(1, 'alias:champion'), { actor: 'ann' });
    await journal.submit(promote(2, 'alias:champion', 'stage:Production'), { actor: 'ben' });
    await until(() => events.length === 3);
    expect(events.map(({ eventId }) => eventId)).toEqual([
      'registry|registry.journal|0|0|1',
      'registry|registry.journal|0|0|2',
      'registry#1|registry.journal|0|0|2',
    ]);
    expect(events[2]).toMatchObject({ model: 'fraud', version: '2', target: 'stage:Production', actor: 'ben' });
  });

  it('goes on where it was, and what a crash repeats is dropped by subscribers', async () => {
    const journal = bed.opened(await Journal.open(bus, { topic: journalName, domain: counterDomain }));
    const first = await publisher();
    await journal.submit(promote(1, 'alias:champion'), { actor: 'ann' });
    const endOf = async (): Promise<number> => (await bus.topics.endOffsets(bus.topics.name(promoted.name)))[0] ?? 0;
    await until(async () => (await endOf()) === 1);
    await first.stop();
    await journal.submit(promote(2, 'alias:champion'), { actor: 'ann' });
    const second = await publisher();
    await until(async () => (await endOf()) === 2);
    await second.stop();
    // A crash between publishing and committing: the group stands where it was before the second event.
    const admin = bus.kafka.admin();
    await admin.connect();
    await admin.setOffsets({
      groupId: bus.topics.name(`${journalName}.publisher`),
      topic: bus.topics.name(journalName),
      partitions: [{ partition: 0, offset: '1' }],
    });
    await admin.disconnect();
    await publisher();
    await journal.submit(promote(3, 'alias:champion'), { actor: 'ann' });
    await until(async () => (await endOf()) === 4);
    const versions: string[] = [];
    const subscriber = await subscribe<ModelPromoted>(await bed.bus(), {
      group: 'late',
      topic: bus.topics.name(promoted.name),
      onEvent: async ({ version }) => {
        versions.push(version);
      },
    });
    bed.opened(subscriber);
    await until(() => versions.includes('3'));
    expect(versions).toEqual(['1', '2', '3']);
  });
});

describe('subscribe', () => {
  it('delivers in order, waits for an outage, and goes on behind the last event that was through', async () => {
    const journal = bed.opened(await Journal.open(bus, { topic: journalName, domain: counterDomain }));
    await publisher();
    for (let version = 1; version <= 20; version++)
      await journal.submit(promote(version, 'alias:champion'), { actor: 'ann' });
    const versions: number[] = [];
    let down = 3;
    const watch = async (): Promise<{ stop(): Promise<void> }> =>
      subscribe<ModelPromoted>(await bed.bus(), {
        group: 'watcher',
        topic: bus.topics.name(promoted.name),
        onEvent: async ({ version }) => {
          if (version === '7' && down-- > 0) throw new TransientError('webhook', 'away');
          versions.push(Number(version));
        },
      });
    const first = await watch();
    await until(() => versions.length >= 10);
    await first.stop();
    bed.opened(await watch());
    await until(() => versions.length === 20);
    expect(versions).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  });
});
