import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ClickHouse } from '@millrace/clickhouse';
import { BatchConsumer, EventBus, listDeadLetters, type EventsLog } from '@millrace/events';
import { schemas, topics, type FeatureVector } from '@millrace/schemas';
import { readConfig, clickhouseConfigFromEnv, eventsConfigFromEnv } from '@millrace/service-kit';
import { runServices, testNamespace, type RunningServices } from '@millrace/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CardSource, dayMs, expectedFeatures, startMs, type Payment } from './card-source.ts';
import { runFeastClient } from './feast-client.ts';

const silent: EventsLog = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const namespace = testNamespace();

let services: RunningServices;
let bus: EventBus;
let clickhouse: ClickHouse;
let source: CardSource;
let collector: BatchConsumer;
let grpcPort: number;
/** By source event id; a second vector of one event would be a second entry. */
const vectors = new Map<string, FeatureVector[]>();

beforeAll(async () => {
  const config = readConfig(
    { events: eventsConfigFromEnv('features-e2e'), clickhouse: clickhouseConfigFromEnv },
    namespace.env,
  );
  bus = await EventBus.connect(config.events, silent);
  clickhouse = new ClickHouse(config.clickhouse);
  grpcPort = await freePort();
  services = await runServices(namespace, ['features'], {
    env: {
      MILLRACE_FEATURES_PARITY_INTERVAL_MS: '1000',
      MILLRACE_FEATURES_HISTORY_WAIT_MS: '100',
      MILLRACE_FEATURES_GRPC_PORT: String(grpcPort),
    },
    restart: true,
  });
  source = await CardSource.create(bus);
  collector = await collectVectors();
});

afterAll(async () => {
  await collector?.stop();
  await services?.stop();
  await bus?.close();
  await clickhouse?.close();
});

describe('features service', () => {
  const payments = randomPayments(400);

  it('gives every event of a source it never heard of one vector, equal to an independent computation', async () => {
    await source.send(payments.slice(0, 100));
    const answer = await post('/api/v1/definitions', source.definitions());
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    await source.send(payments.slice(100));
    await until(() => vectors.size === payments.length);
    let mismatches = 0;
    for (const [index, payment] of payments.entries()) {
      const [vector, ...more] = vectors.get(payment.payment_id) ?? [];
      expect(more).toEqual([]);
      const expected = expectedOwn(payments, index);
      if (!vector || !closeTo(vector.numbers.slice(0, 4), expected.slice(0, 4)) || vector.numbers[7] !== payment.amount)
        mismatches += 1;
    }
    expect(mismatches).toBe(0);
  });

  it('counts an event repeated under its id once and gives it no second vector', async () => {
    const newestOfEachCard = new Map(payments.map((own) => [own.card, own]));
    await source.send([...newestOfEachCard.values()]);
    const fresh = payment({ card: 'card-1', ts: startMs + 20 * dayMs });
    await source.send([fresh]);
    await until(() => vectors.has(fresh.payment_id));
    expect([...vectors.values()].every((found) => found.length === 1)).toBe(true);
    expect(await metric('repeats_total')).toBe(newestOfEachCard.size);
  });

  it('dead-letters what cannot be an event, with the reason and the same bytes, and scores its neighbours', async () => {
    const good = payment({ card: 'card-2', ts: startMs + 21 * dayMs });
    // What an id may look like: of a place in a log, and encoded.
    const late = { ...payment({ card: 'card-2', ts: startMs }), payment_id: '50%off/2024/17' };
    const nan = payment({ card: 'card-2', amount: Number.NaN, ts: startMs + 21 * dayMs });
    const future = payment({ card: 'card-2', ts: Date.now() + 400 * dayMs });
    const garbage = Buffer.from([0, 0, 0, 255, 255, 1, 2, 3]);
    await source.send([good]);
    await source.sendBytes([
      { card: 'card-2', value: Buffer.from('no avro') },
      { card: 'card-2', value: garbage },
      { card: 'card-2', value: null },
    ]);
    await source.send([late, nan, future, { ...good, card: '' }, { ...good, ts: null }]);
    await source.send([payment({ card: 'card-2', shop: 'x'.repeat(5_000_000), ts: startMs + 21 * dayMs })]);
    const oddFee = payment({ card: 'card-2', fee: Number.NaN, ts: startMs + 21 * dayMs + 1 });
    const after = payment({ card: 'card-2', ts: startMs + 21 * dayMs + 1 });
    await source.send([oddFee, after]);
    await until(() => [good, oddFee, after].every(({ payment_id }) => vectors.has(payment_id)));
    await until(async () => (await listDeadLetters(bus, { group: 'features.payments' })).length >= 9);
    const letters = await listDeadLetters(bus, { group: 'features.payments' });
    expect(letters.map(({ reason }) => reason).sort()).toEqual([
      'missing-entity',
      'missing-event-time',
      'not-a-number',
      'not-framed',
      'null-value',
      'record-too-large',
      'too-far-in-future',
      'too-late',
      'unknown-schema-id',
    ]);
    expect(letters.find(({ reason }) => reason === 'record-too-large')?.value?.length).toBeGreaterThan(5_000_000);
    expect(await metric('dead_letters_total')).toBe(letters.length);
    expect(letters.find(({ reason }) => reason === 'unknown-schema-id')?.value).toEqual(garbage);
    await until(async () => {
      const traced = await get(`/api/v1/trace/${encodeURIComponent(late.payment_id)}`);
      return traced.body.deadLetters?.[0]?.reason === 'too-late';
    });
  });

  it('serves online values at a given time and the vector of a candidate event, which equals the one it gets when streamed', async () => {
    const candidate = payment({ card: 'card-3', shop: 'shop-2', ts: startMs + 22 * dayMs });
    const evaluated = await post('/api/v1/feature-services/payment_risk/candidate', { event: candidate });
    expect(evaluated.status, JSON.stringify(evaluated.body)).toBe(200);
    await source.send([candidate]);
    await until(() => vectors.has(candidate.payment_id));
    const numbers = vectors.get(candidate.payment_id)?.[0]?.numbers ?? [];
    expect(evaluated.body.vectors[0].numbers).toEqual(numbers);
    expect(numbers[8]).toBe(Math.fround(0.1));
    const online = await post('/api/v1/online-features', {
      featureService: 'payment_risk',
      entities: [{ card: 'card-3', shop: 'shop-2', amount: candidate.amount, tip: Math.fround(0.1) }],
      at: new Date(candidate.ts).toISOString(),
    });
    await until(async () => {
      const again = await post('/api/v1/online-features', {
        featureService: 'payment_risk',
        entities: [{ card: 'card-3', shop: 'shop-2', amount: candidate.amount, tip: Math.fround(0.1) }],
        at: candidate.ts,
      });
      return JSON.stringify(again.body.vectors?.[0]?.numbers) === JSON.stringify(numbers);
    });
    expect(online.status).toBe(200);
  });

  it('refuses a candidate event that the stream would not take, with the same reason', async () => {
    const evaluate = async (event: object): Promise<string> => {
      const answer = await post('/api/v1/feature-services/payment_risk/candidate', { event });
      return `${answer.status} ${answer.body.faults?.[0]?.path}: ${answer.body.faults?.[0]?.message}`;
    };
    const good = payment({ card: 'card-3', ts: startMs + 22 * dayMs, tip: 12.34 });
    expect(await evaluate(good)).toMatch(/^200 /);
    expect(await evaluate({ ...good, ts: startMs })).toMatch(/^400 events\[0\]: too-late: /);
    expect(await evaluate({ ...good, card: '' })).toMatch(/^400 events\[0\]: missing-entity: /);
    expect(await evaluate({ ...good, shop: null })).toMatch(/^400 events\[0\]: missing-entity: column shop /);
    expect(await evaluate({ ...good, amount: 'much' })).toMatch(/^400 events\[0\]: .*amount/);
    const streamed = payments.findLast(({ card }) => card === 'card-3');
    expect(await evaluate({ ...good, payment_id: streamed?.payment_id, ts: streamed?.ts })).toMatch(/too-late|repeat/);
  });

  it('lists every fault of bad definitions with its path', async () => {
    const answer = await post('/api/v1/definitions', [
      {
        kind: 'feature-view',
        name: 'bad view',
        entity: 'nobody',
        source: 'payments',
        features: [{ name: 'x', aggregation: 'median', window: '5 days' }],
      },
    ]);
    expect(answer.status).toBe(400);
    expect(answer.body.code).toBe('FEATURES_DEFINITION_INVALID');
    expect(answer.body.faults.length).toBeGreaterThan(2);
  });

  it('keeps vectors in ClickHouse once each, equal to SQL at their cuts', async () => {
    const count = await post('/api/v1/training-sets', {
      featureService: 'payment_risk',
      mode: 'as-served',
      from: '2020-01-01T00:00:00Z',
    });
    expect(count.status, JSON.stringify(count.body)).toBe(200);
    await until(async () => {
      const row = await clickhouse.queryOne<{ n: number; ids: number }>(
        `SELECT count() AS n, uniqExact(event_id) AS ids FROM ${clickhouse.qualified('feature_vectors')} WHERE feature_service = 'payment_risk'`,
      );
      return row?.n === vectors.size && row.ids === vectors.size;
    });
    await until(async () => (await metric('parity_checked_total')) > 0);
    expect(await metric('parity_mismatched_total')).toBe(0);
  });

  it('builds a training set with one row out for every row in, in order', async () => {
    const spine = payments
      .slice(0, 50)
      .map((own) => ({ eventId: own.payment_id, time: own.ts, card: own.card, shop: own.shop, mine: own.payment_id }));
    // As a process leaves it that was killed.
    await clickhouse.command(
      `CREATE TABLE ${clickhouse.qualified('training_spine_0_ab')} (row UInt64) ENGINE = Memory`,
    );
    const known = await trainingSet({ featureService: 'payment_risk', mode: 'as-known', spine });
    const left = await clickhouse.query(
      `SELECT name FROM system.tables WHERE database = currentDatabase() AND startsWith(name, 'training_spine_')`,
    );
    expect(left).toEqual([]);
    const served = await trainingSet({ featureService: 'payment_risk', mode: 'as-served', spine });
    expect(known.map((row) => row['mine'])).toEqual(spine.map(({ mine }) => mine));
    known.forEach((row, i) => {
      expect(row['card_sum_1d']).toBeCloseTo(Number(served[i]?.['card_sum_1d']), 9);
      expect(row['card_count_1d']).toBe(served[i]?.['card_count_1d']);
      expect(row['amount']).toBe(served[i]?.['amount']);
    });
  });

  it('looks up more served vectors at once than one query can name', async () => {
    const spine = Array.from({ length: 5_000 }, (_, i) => ({ eventId: `${i}`.padStart(32, '0') }));
    spine.push({ eventId: payments[0]?.payment_id ?? '' });
    const served = await trainingSet({ featureService: 'payment_risk', mode: 'as-served', spine });
    expect(served.map((row) => row['amount'])).toEqual([...Array(5_000).fill(null), payments[0]?.amount]);
  });

  it('knows from the logs what was served of every event, and keeps what no feature can use out of every window', async () => {
    const range = { featureService: 'payment_risk', from: '2020-01-01T00:00:00Z' };
    const served = await trainingSet({ ...range, mode: 'as-served' });
    await until(async () => {
      const known = await trainingSet({ ...range, mode: 'as-known' });
      const differs = known.some((row, i) => row['card_count_1d'] !== served[i]?.['card_count_1d']);
      return known.length === served.length && !differs;
    });
  });

  it('fills the table of each source of a topic', async () => {
    const again = { kind: 'source', name: 'again', topic: source.topic, eventTime: { column: 'ts', unit: 'ms' } };
    expect((await post('/api/v1/definitions', again)).status).toBe(200);
    const count = async (table: string): Promise<number> => {
      const sql = `SELECT uniqExact(_partition, _offset) AS n FROM ${clickhouse.qualified(table)}`;
      return (await clickhouse.queryOne<{ n: number }>(sql))?.n ?? 0;
    };
    const exists = `SELECT name FROM system.tables WHERE database = currentDatabase() AND name = 'source_again'`;
    await until(async () => (await clickhouse.query(exists)).length === 1);
    // And the one without a card, which this source does not ask for.
    await until(async () => (await count('source_again')) === (await count('source_payments')) + 1);
  });

  it('finds own events without an id by their place', async () => {
    const plain = await CardSource.create(bus, 2);
    await plain.send(payments.slice(0, 20));
    const answer = await post('/api/v1/definitions', plain.plainDefinitions());
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    const range = { featureService: 'plain', from: '2020-01-01T00:00:00Z' };
    await until(async () => {
      const served = await trainingSet({ ...range, mode: 'as-served' });
      const known = served.length === 20 ? await trainingSet({ ...range, mode: 'as-known' }) : null;
      return JSON.stringify(known) === JSON.stringify(served);
    });
  });

  it('is read from and pushed to by Feast’s stock SDK, which raises its own errors', async () => {
    const pushed = await CardSource.create(bus, 2);
    const defined = await post('/api/v1/definitions', pushed.pushedDefinitions());
    expect(defined.status, JSON.stringify(defined.body)).toBe(200);
    const told = await runFeastClient({ http: services.url('features'), grpc: `127.0.0.1:${grpcPort}` }, services.env);
    const here = (value: unknown, type: string) => [value, type, 'PRESENT'];
    const unknown = (value: unknown, type: string) => [value, type, 'NOT_FOUND'];
    expect(told['pushed']).toBe(200);
    expect(told.references).toEqual({
      card: [here('c-1', 'str'), here('nobody', 'str')],
      shop: [here('s-1', 'str'), here('nowhere', 'str')],
      count_1d: [here(1, 'int'), unknown(0, 'int')],
      sum_1d: [here(12, 'float'), unknown(0, 'float')],
      mean_1d: [here(12, 'float'), unknown(null, 'NoneType')],
      shop_count: [here(1, 'int'), unknown(0, 'int')],
    });
    expect(told['pushed again']).toBe(200);
    expect(told['after a repeat']).toMatchObject({ count_1d: [here(1, 'int')] });
    expect(told['full names']).toEqual(['card', 'pushed_spend__count_1d']);
    expect(told.service).toMatchObject({ count_1d: [here(1, 'int')], share: [here(2, 'float')] });
    expect(told['on demand']).toMatchObject({ share: [here(0.5, 'float')] });
    expect([told['written'], told['sdk pushed']]).toEqual([null, null]);
    expect(told['after a write']).toMatchObject({
      newest_amount: [here(7, 'float')],
      newest_shop: [here('s-2', 'str')],
    });
    expect(told['after a push']).toMatchObject({ newest_amount: [here(8, 'float')] });
    expect(told['registry']).toEqual({
      entity: 'card',
      types: { count_1d: 'Int64', sum_1d: 'Float64', mean_1d: 'Float64' },
      source: 'pushed',
      'on demand': ['pushed_risk_on_demand'],
    });
    const raised = (name: string, text: string) => [name, true, expect.stringContaining(text)];
    expect(told['remote registry']).toEqual({
      project: 'fraud',
      views: true,
      types: { count_1d: 'Int64', sum_1d: 'Float64', mean_1d: 'Float64' },
      'on demand': 'pushed_risk_on_demand',
      read: expect.objectContaining({ count_1d: [1], share: [2] }),
      nothing: raised('FeatureViewNotFoundException', 'there is no feature view "nothing"'),
      write: raised('ReadOnlyRegistryException', 'send definitions to POST /api/v1/definitions'),
    });
    expect(told.errors).toEqual({
      view: raised('FeatureViewNotFoundException', 'there is no feature view "nothing"'),
      version: raised('FeatureViewVersionNotFound', 'feature view "pushed_spend" has no version 9; it has: 1'),
      feature: raised('SpecifiedFeaturesNotPresentError', 'has no feature "x"; it has: count_1d, sum_1d, mean_1d'),
      collision: raised('FeatureNameCollisionError', 'two features of the answer are called "count_1d"'),
      key: raised('FeastError', 'entities.card[0]: 5 is no key of entity "pushed_card": send a text'),
      'request data': raised('RequestDataNotFoundInEntityRowsException', 'there is no column "amount"'),
      computed: raised('FeastError', 'push events to push source "pushed"'),
      'push source': [422, 'PushSourceNotFoundException'],
      column: [400, 'FeastError'],
      rows: [400, 'FeastError'],
      'late key': [400, 'FeastError'],
    });
    const health = await get('/feast/health');
    expect([health.status, health.body]).toEqual([200, '']);
  });

  it('traces one event from its position to its vector, with the events inside each window and the SQL', async () => {
    const own = payments[200];
    const answer = await get(`/api/v1/trace/${own?.payment_id}`);
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    const [traced] = answer.body.events;
    expect(traced.position.topic).toBe(source.topic);
    const count = traced.vectors[0].features.find(({ feature }: { feature: string }) => feature === 'card_count_1d');
    expect(count.eventCount).toBe(count.value);
    const ever = traced.vectors[0].features.find(({ feature }: { feature: string }) => feature === 'shop_sum_ever');
    expect(ever.window).toEqual({ after: null, upTo: new Date(own?.ts ?? 0).toISOString() });
    const again = await clickhouse.query<Record<string, number>>(traced.vectors[0].sql);
    expect(again[0]?.['card_count_1d']).toBe(count.value);
  });

  it('loses and doubles nothing when it is killed in the middle of the stream', async () => {
    const more = randomPayments(600, 30);
    const sending = (async () => {
      for (let i = 0; i < more.length; i += 30) {
        await source.send(more.slice(i, i + 30));
        await sleep(60);
      }
    })();
    for (let kill = 0; kill < 3; kill += 1) {
      await sleep(700);
      // Killed again as soon as it works again, in the middle of its catching up.
      await services.get('features').ready();
      await services.get('features').signal('SIGKILL');
    }
    await sending;
    await until(() => more.every(({ payment_id }) => vectors.has(payment_id)));
    await sleep(500);
    expect([...vectors.values()].filter((found) => found.length > 1)).toEqual([]);
    const wrong = more.filter((own, i) => {
      const numbers = vectors.get(own.payment_id)?.[0]?.numbers ?? [];
      return !closeTo(numbers.slice(0, 4), expectedOwn(more, i).slice(0, 4));
    });
    expect(wrong).toEqual([]);
    await until(
      async () =>
        (
          await clickhouse.queryOne<{ n: number }>(
            `SELECT count() AS n FROM ${clickhouse.qualified('feature_vectors')} WHERE feature_service = 'payment_risk'`,
          )
        )?.n === vectors.size,
    );
    expect(await metric('parity_mismatched_total')).toBe(0);
  });
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

function payment(given: Partial<Payment> & { ts: number }): Payment {
  return {
    payment_id: `p-${Math.random().toString(36).slice(2)}`,
    card: 'card-1',
    shop: 'shop-1',
    amount: 12.5,
    ...given,
  };
}

/** Seeded, in event-time order, with equal timestamps. */
function randomPayments(count: number, fromDay = 0): Payment[] {
  let seed = 7 + fromDay;
  const random = (): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return seed / 2 ** 31;
  };
  let ts = startMs + fromDay * dayMs;
  return Array.from({ length: count }, (_, i) => {
    if (random() > 0.2) ts += Math.floor(random() * 3_600_000);
    return {
      payment_id: `${fromDay}-${i}`,
      card: `card-${Math.floor(random() * 8)}`,
      shop: `shop-${Math.floor(random() * 4)}`,
      amount: Math.round(random() * 10_000) / 100,
      ts,
    };
  });
}

function expectedOwn(payments: readonly Payment[], index: number): number[] {
  return expectedFeatures(payments, index);
}

function closeTo(actual: readonly number[], expected: readonly number[]): boolean {
  return expected.every(
    (value, i) => Math.abs((actual[i] ?? Number.NaN) - value) <= 1e-9 * Math.max(1, Math.abs(value)),
  );
}

async function collectVectors(): Promise<BatchConsumer> {
  const reader = bus.codec.reader<FeatureVector>(schemas.FeatureVector);
  const consumer = new BatchConsumer(bus, {
    group: 'collector',
    topics: [bus.topics.name(topics['features.vectors'].name)],
    handler: {
      handle: async ({ records, watermarks }) => {
        for (const result of await reader.decodeBatch(records)) {
          if (!result.ok || !watermarks.accept(result.value) || result.value.lane !== 'payment_risk@1') continue;
          const id = result.value.sourceEventId ?? '';
          vectors.set(id, [...(vectors.get(id) ?? []), result.value]);
        }
      },
    },
  });
  await consumer.start();
  return consumer;
}

interface Answer {
  readonly status: number;
  // eslint-disable-next-line typescript/no-explicit-any -- bodies of many routes, looked into by the test
  readonly body: any;
}

async function post(path: string, body: unknown): Promise<Answer> {
  const response = await fetch(services.url('features') + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return answerOf(response);
}

async function get(path: string): Promise<Answer> {
  return answerOf(await fetch(services.url('features') + path));
}

async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson =
    response.headers.get('content-type')?.includes('json') && !response.headers.get('content-type')?.includes('ndjson');
  return { status: response.status, body: isJson ? JSON.parse(text) : text };
}

async function trainingSet(body: object): Promise<Record<string, unknown>[]> {
  const { status, body: lines } = await post('/api/v1/training-sets', body);
  expect(status, String(lines)).toBe(200);
  return String(lines)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${services.url('features')}/metrics`)).text();
  return text
    .split('\n')
    .filter((line) => line.startsWith(`millrace_features_${name}`))
    .reduce((total, line) => total + Number(line.split(' ').at(-1)), 0);
}

async function until(condition: () => boolean | Promise<boolean>, timeoutMs = 60_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${vectors.size} vectors so far`);
    await sleep(100);
  }
}
