import { setTimeout as sleep } from 'node:timers/promises';
import { BatchConsumer, EventBus, listDeadLetters, type ConsumerStatus, type EventsLog } from '@millrace/events';
import { schemas, topics, type FeatureVector } from '@millrace/schemas';
import { readConfig, eventsConfigFromEnv } from '@millrace/service-kit';
import { runServices, testNamespace, type RunningServices } from '@millrace/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CardSource, startMs, type Payment } from './card-source.ts';

const ignore = (): void => undefined;
const silent: EventsLog = { debug: ignore, info: ignore, warn: ignore, error: ignore };
const namespace = testNamespace();
const vectors = new Map<string, number>();

let services: RunningServices;
let bus: EventBus;
let source: CardSource;
let collector: BatchConsumer;

beforeAll(async () => {
  const { events } = readConfig({ events: eventsConfigFromEnv('dead-letters-e2e') }, namespace.env);
  bus = await EventBus.connect(events, silent);
  services = await runServices(namespace, ['features']);
  source = await CardSource.create(bus);
  const reader = bus.codec.reader<FeatureVector>(schemas.FeatureVector);
  collector = new BatchConsumer(bus, {
    group: 'collector',
    topics: [bus.topics.name(topics['features.vectors'].name)],
    handler: {
      handle: async ({ records, watermarks }) => {
        for (const result of await reader.decodeBatch(records)) {
          if (!result.ok || !watermarks.accept(result.value)) continue;
          const id = result.value.sourceEventId ?? '';
          vectors.set(id, (vectors.get(id) ?? 0) + 1);
        }
      },
    },
  });
  await collector.start();
});

afterAll(async () => {
  await collector?.stop();
  await services?.stop();
  await bus?.close();
});

it('loses no dead letter when the process dies as soon as the fence has moved past it', async () => {
  await source.send([paymentAt(startMs)]);
  const response = await fetch(`${services.url('features')}/api/v1/definitions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(source.definitions()),
  });
  expect(response.status).toBe(200);
  await until(() => vectors.size === 1);
  await services.get('features').stop();

  const [late, good] = [paymentAt(startMs - 86_400_000), paymentAt(startMs + 1)];
  await source.send([late]);
  await source.sendBytes([{ card: 'card-1', value: Buffer.from('no avro') }]);
  await source.send([good]);
  const doomed = await services.launch('features', undefined, { MILLRACE_CRASH_POINTS: 'features.after-commit:1' });
  await until(() => !doomed.running);
  services.get('features').start();
  await services.get('features').ready();

  await until(() => vectors.has(good.payment_id));
  const written = await listDeadLetters(bus, { group: 'features.payments' });
  expect(written.map(({ reason }) => reason).sort()).toEqual(['not-framed', 'too-late']);
  expect([...vectors.values()]).toEqual([1, 1]);
});

it('writes the dead letters that stopped a source when the source is started again', async () => {
  const before = (await letters('not-framed')).length;
  const garbage = Array.from({ length: 2_100 }, () => ({ card: 'card-1', value: Buffer.from('no avro') }));
  await source.sendBytes(garbage);
  await until(
    async () => (await sourceState())?.stopped.some(({ code }) => code === 'EVENTS_TOO_MANY_DEAD_LETTERS') ?? false,
  );
  expect((await letters('not-framed')).length).toBeLessThan(before + garbage.length);
  await services.get('features').stop();
  services.get('features').start();

  await until(async () => (await letters('not-framed')).length === before + garbage.length);
});

function letters(reason: string): ReturnType<typeof listDeadLetters> {
  return listDeadLetters(bus, { group: 'features.payments', reason });
}

async function sourceState(): Promise<ConsumerStatus | null> {
  const response = await fetch(`${services.url('features')}/api/v1/sources/payments`);
  return ((await response.json()) as { consumer: ConsumerStatus | null }).consumer;
}

function paymentAt(ts: number): Payment {
  return { payment_id: `p-${ts}`, card: 'card-1', shop: 'shop-1', amount: 10, ts };
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 90_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`not within 90 s: ${vectors.size} vectors so far`);
    await sleep(100);
  }
}
