import { setTimeout as sleep } from 'node:timers/promises';
import { BatchConsumer, EventBus, type EventsLog } from '@millrace/events';
import { schemas, topics, type FeatureVector } from '@millrace/schemas';
import { readConfig, eventsConfigFromEnv } from '@millrace/service-kit';
import { runServices, testNamespace, type RunningServices } from '@millrace/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CardSource, dayMs, expectedFeatures, startMs, type Payment } from './card-source.ts';

const ignore = (): void => undefined;
const silent: EventsLog = { debug: ignore, info: ignore, warn: ignore, error: ignore };
const namespace = testNamespace();
const waiting = 3_000;

let services: RunningServices;
let bus: EventBus;
let source: CardSource;
let collector: BatchConsumer;
/** By lane and source event id; a second vector would be a second entry. */
const vectors = new Map<string, FeatureVector[]>();
const payments: Payment[] = [];

beforeAll(async () => {
  const { events } = readConfig({ events: eventsConfigFromEnv('builds-e2e') }, namespace.env);
  bus = await EventBus.connect(events, silent);
  services = await runServices(namespace, ['features'], {
    env: { MILLRACE_FEATURES_PARITY_INTERVAL_MS: '1000', MILLRACE_FEATURES_HISTORY_WAIT_MS: '100' },
    restart: true,
  });
  source = await CardSource.create(bus);
  const reader = bus.codec.reader<FeatureVector>(schemas.FeatureVector);
  collector = new BatchConsumer(bus, {
    group: 'collector',
    topics: [bus.topics.name(topics['features.vectors'].name)],
    handler: {
      handle: async ({ records, watermarks }) => {
        for (const result of await reader.decodeBatch(records)) {
          if (!result.ok || !watermarks.accept(result.value)) continue;
          const key = `${result.value.lane}|${result.value.sourceEventId}`;
          vectors.set(key, [...(vectors.get(key) ?? []), result.value]);
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

it('goes on scoring while a view that is added is built from a long log, and loses and doubles nothing', async () => {
  await source.sendBytes([1, 2, 3].map((n) => ({ card: `card-${n}`, value: Buffer.from('no avro') })));
  await pay(waiting);
  await define(source.definitions());
  await until('the first build', () => countOf('payment_risk@1') === payments.length);

  const traffic = new AbortController();
  const steady = (async () => {
    while (!traffic.signal.aborted) {
      await pay(10);
      await sleep(20);
    }
  })();
  await define([
    {
      kind: 'feature-view',
      name: 'card_recent',
      entity: 'card',
      source: 'payments',
      features: [{ name: 'card_count_7d', aggregation: 'count', window: '7d' }],
    },
    {
      kind: 'feature-service',
      name: 'wide_risk',
      source: 'payments',
      views: ['card_spend', 'card_recent', 'shop_load'],
    },
  ]);
  const building = await post('/api/v1/online-features', {
    featureService: 'wide_risk',
    entities: [{ card: 'card-1' }],
  });
  expect([400, 503]).toContain(building.status);
  // In the middle of the building, and of the traffic.
  await until('vectors of the new build', () => countOf('wide_risk@1') > 0);
  await services.get('features').signal('SIGKILL');
  await until('the new build to serve', async () => (await describeSource())['build'] === 1);
  traffic.abort();
  await steady;
  // The stream is handed over a moment after the new build is said to serve.
  await until('vectors of the new build alone', async () => {
    await pay(10);
    return [...vectors.values()].some(([first]) => first?.builds.join() === '1,1');
  });

  await until(
    'all vectors',
    () => countOf('wide_risk@1') >= payments.length && countOf('payment_risk@1') >= payments.length,
  );
  expect([...vectors.values()].filter((found) => found.length > 1)).toEqual([]);
  const builds = new Map<string, number>();
  const wrong = payments.filter((payment, index) => {
    const live = vectors.get(`payment_risk@1|${payment.payment_id}`)?.[0];
    const wide = vectors.get(`wide_risk@1|${payment.payment_id}`)?.[0];
    const expected = expectedFeatures(payments, index);
    const count = ofCard(index);
    const made = live?.builds.join() ?? '';
    builds.set(made, (builds.get(made) ?? 0) + 1);
    return !(
      closeTo(live?.numbers.slice(0, 4), expected.slice(0, 4)) &&
      closeTo(wide?.numbers.slice(0, 5), [...expected.slice(0, 4), count])
    );
  });
  expect(wrong).toEqual([]);
  // The old build scored all that was there and went on until the new one took over; then only that one did.
  expect([...builds.keys()].sort()).toEqual(['0,0', '1,1']);
  expect(builds.get('0,0')).toBeGreaterThan(waiting);
  // What the old build had dead-lettered was not dead-lettered again.
  const letters = await bus.topics.endOffsets(bus.topics.name('features.payments.dead-letters'));
  expect(letters.reduce((sum, end) => sum + end, 0)).toBe(3);
});

it('serves the new build online, finds no difference in SQL, and deletes what the old one has left', async () => {
  const last = payments.at(-1);
  const answer = await post('/api/v1/online-features', {
    featureService: 'wide_risk',
    entities: [{ card: last?.card, shop: last?.shop }],
    at: last?.ts,
  });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  expect(answer.body.vectors[0].numbers[4]).toBe(ofCard(payments.length - 1));
  await until('the parity check', async () => (await metric('parity_checked_total')) > 0);
  expect(await metric('parity_mismatched_total')).toBe(0);
  await until('the old log to go', async () => {
    const logs = (await bus.topics.list()).filter((topic) =>
      topic.startsWith(bus.topics.name('features.by-shop_load')),
    );
    return (
      logs.filter((topic) => !topic.endsWith('.dead-letters')).join() === bus.topics.name('features.by-shop_load.b1')
    );
  });
});

it('retires a service and its view, and refuses another one under the name', async () => {
  const view = await remove('/api/v1/feature-views/card_recent');
  expect(view).toMatchObject({ status: 409, body: { code: 'FEATURES_IN_USE_CONFLICT' } });
  expect(await remove('/api/v1/feature-services/wide_risk')).toMatchObject({ status: 200 });
  expect(await remove('/api/v1/feature-views/card_recent')).toMatchObject({ status: 200 });
  const [other] = source.definitions().filter((definition) => 'views' in definition);
  const again = await post('/api/v1/definitions', { ...other, name: 'wide_risk' });
  expect(again).toMatchObject({ status: 409, body: { code: 'FEATURES_RETIRED_CONFLICT' } });
  await pay(5);
  await until('the other service to go on', () => countOf('payment_risk@1') === payments.length);
});

it('takes back what the changes of a table correct and delete, and counts nothing before it was known', async () => {
  const table = await CardSource.create(bus, 2);
  const row = (card: string, amount: number, given: Partial<Payment> = {}): Payment => {
    return { payment_id: `${card}-${amount}`, card, amount, shop: 'shop-a', ts: startMs, ...given };
  };
  const knownAt = startMs + 10 * dayMs;
  const asked: readonly [shop: string, at: number][] = [
    ['shop-a', startMs],
    ['shop-b', startMs],
    ['shop-a', knownAt],
  ];
  const online = async (): Promise<string> => {
    const answers = asked.map(async ([shop, at]) => {
      const request = { featureService: 'ledger', entities: [{ card: 'r1', shop }], at };
      const { body } = await post('/api/v1/online-features', request);
      return (body.vectors?.[0]?.numbers ?? null) as unknown;
    });
    return JSON.stringify(await Promise.all(answers));
  };
  await table.send(['r1', 'r2', 'r3', 'r4'].map((card, i) => row(card, i + 1)));
  await define(table.tableDefinitions());
  await until('the rows', async () => (await online()) === '[[1,4,10],[1,0,0],[1,4,10]]');
  // Another amount, another shop, deleted by a record without a value, known only later; the last two change nothing.
  await table.send([row('r1', 20), row('r2', 2, { shop: 'shop-b' })]);
  await table.sendBytes([{ card: 'r3', value: null }]);
  await table.send([row('r5', 7, { fee: knownAt }), row('r4', 4)]);
  await table.sendBytes([{ card: 'nobody', value: null }]);
  await until('the changes', async () => (await online()) === '[[1,2,24],[1,1,2],[1,3,31]]');
  const values = (rows: Record<string, unknown>[]): string =>
    JSON.stringify(rows.map(({ row_count, rows: count, total }) => [row_count, count, total]));
  const spine = [knownAt - 1, knownAt].map((time) => ({ time, card: 'r3', shop: 'shop-a' }));
  const known = { featureService: 'ledger', mode: 'as-known', spine };
  await until('what was known', async () => values(await trainingSet(known)) === '[[0,2,24],[0,3,31]]');
  const range = { featureService: 'ledger', from: '2020-01-01T00:00:00Z' };
  await until('what was served', async () => {
    const served = await trainingSet({ ...range, mode: 'as-served' });
    const counts = (rows: Record<string, unknown>[]): string => JSON.stringify(rows.map(({ row_count }) => row_count));
    // Deletions get no vector. Of another partition's rows a vector knows what its shop's owner had applied: parity holds those.
    return served.length === 8 && counts(await trainingSet({ ...range, mode: 'as-known' })) === counts(served);
  });
  expect(await metric('parity_mismatched_total')).toBe(0);
});

/** Sends further payments, in order of event time. */
async function pay(count: number): Promise<void> {
  const more = Array.from({ length: count }, (_, i): Payment => {
    const n = payments.length + i;
    return {
      payment_id: `p-${n}`,
      card: `card-${(n * 7) % 11}`,
      shop: `shop-${(n * 5) % 4}`,
      amount: ((n * 37) % 1_000) / 10,
      ts: startMs + n * 600_000,
    };
  });
  payments.push(...more);
  await source.send(more);
}

function countOf(lane: string): number {
  let count = 0;
  for (const key of vectors.keys()) if (key.startsWith(`${lane}|`)) count += 1;
  return count;
}

/** Payments of the same card within seven days. */
function ofCard(index: number): number {
  const own = payments[index];
  return payments.filter(
    ({ card, ts }, i) => i <= index && card === own?.card && ts > own.ts - 7 * dayMs && ts <= own.ts,
  ).length;
}

function closeTo(actual: readonly number[] = [], expected: readonly number[]): boolean {
  return expected.every(
    (value, i) => Math.abs((actual[i] ?? Number.NaN) - value) <= 1e-9 * Math.max(1, Math.abs(value)),
  );
}

interface Answer {
  readonly status: number;
  // eslint-disable-next-line typescript/no-explicit-any -- bodies of many routes, looked into by the test
  readonly body: any;
}

async function define(definitions: readonly object[]): Promise<void> {
  const { status, body } = await post('/api/v1/definitions', definitions);
  expect(status, JSON.stringify(body)).toBe(200);
}

async function post(path: string, body: unknown): Promise<Answer> {
  const response = await fetch(services.url('features') + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

/** Empty while history does not have the source yet. */
async function trainingSet(body: object): Promise<Record<string, unknown>[]> {
  const response = await fetch(`${services.url('features')}/api/v1/training-sets`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const lines = response.ok ? await response.text() : '';
  return lines.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Record<string, unknown>]));
}

async function remove(path: string): Promise<Answer> {
  const response = await fetch(services.url('features') + path, { method: 'DELETE' });
  return { status: response.status, body: await response.json() };
}

/** Empty while the service is down. */
async function describeSource(): Promise<Record<string, unknown>> {
  try {
    const response = await fetch(`${services.url('features')}/api/v1/sources/payments`);
    return (await response.json()) as Record<string, unknown>;
  } catch {
    return {};
  }
}

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${services.url('features')}/metrics`)).text();
  return text
    .split('\n')
    .filter((line) => line.startsWith(`millrace_features_${name}`))
    .reduce((total, line) => total + Number(line.split(' ').at(-1)), 0);
}

async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 90_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`${what}: not within 90 s, ${vectors.size} vectors so far`);
    await sleep(50);
  }
}
