import { inspect } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { topics, type Prediction } from '@millrace/schemas';
import { privateStack, serverNames, testNamespace, type PrivateStack, type ServerName } from '@millrace/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PaymentFeed } from './payments/payment-feed.ts';
import { endpointName, ScoredPayments } from './payments/scored-payments.ts';
import { serviceName, sourceName, sourcePartitions, type Payment } from './payments/payment.ts';
import { ProofReport } from './run/proof-report.ts';
import { ReadOn } from './run/read-on.ts';

let stack: PrivateStack;
let stream: ScoredPayments;

beforeAll(async () => {
  stack = await privateStack(serverNames);
  const namespace = testNamespace(stack.addresses);
  stream = await ScoredPayments.start({
    report: new ProofReport(() => undefined),
    namespace,
    payments: 1_000,
    seed: 5,
  });
});

afterAll(async () => {
  await stream?.[Symbol.asyncDispose]();
  await stack?.remove();
});

// One story, told in order.
describe('an outage', () => {
  it('of ClickHouse delays history and what is asked of it, never scoring', async () => {
    await stream.feed.send(50, 200);
    await stream.predicted();
    await without('clickhouse', async () => {
      await stream.feed.send(100, 200);
      expect(await stream.predicted()).toBe(true);
      const all = { featureService: serviceName, mode: 'as-served', from: '2026-01-01T00:00:00Z' };
      await expectUnavailable('/api/v1/training-sets', all);
      await expectUnavailable(`/api/v1/trace/${stream.feed.payments[0]?.payment_id}`);
      await unready('features');
      await unready('inference');
    });
    await storedOnce('predictions');
    await storedOnce('feature_vectors');
    await readyAgain('features');
    await readyAgain('inference');
  });

  it('of Redis makes the stream wait, and loses nothing', async () => {
    await without('redis', async () => {
      const sending = stream.feed.send(100, 200);
      const entities = { card: 'card-1', shop: 'shop-1' };
      const online = { featureService: serviceName, entities: [{ ...entities, amount: 1 }] };
      await expectUnavailable('/api/v1/online-features', online);
      const event = stream.feed.payments[0];
      await expectUnavailable(`/api/v1/feature-services/${serviceName}/candidate`, { event });
      await expectUnavailable(`/api/v1/endpoints/${endpointName}/score`, { entities, request: { amount: 1 } });
      await unready('features');
      await sending;
      await sleep(2_000);
      await stream.readOn();
      expect(stream.ledger.size).toBeLessThan(stream.feed.sent);
    });
    expect(await stream.predicted()).toBe(true);
    expect(stream.ledger.doubled).toBe(0);
    await readyAgain('features');
  });

  it('of the schema registry makes a starting service wait, and loses nothing', async () => {
    await without('schema-registry', async () => {
      await stream.feed.send(50, 200);
      await expectUnavailable('/api/v1/definitions', {
        kind: 'source',
        name: 'unknown',
        topic: `${stream.feed.topic}-unknown`,
        eventTime: { column: 'ts', unit: 'ms' },
      });
      await restart('features');
      await stream.feed.send(50, 200);
      await sleep(2_000);
      await unready('features');
    });
    expect(await stream.predicted()).toBe(true);
    expect(stream.ledger.doubled).toBe(0);
    await readyAgain('features');
  });
});

describe('a source topic', () => {
  it('that was recreated stops with a code until it is resumed, and goes on in a new generation', async () => {
    const { platform, feed } = stream;
    const { topic } = feed;
    await platform.bus.topics.delete([topic]);
    const again = await PaymentFeed.create(platform.bus, { topic, payments: feed.payments.slice(0, 60) });
    await again.send(30, 500);
    await restart('features');
    await stoppedBy(/^EVENTS_SOURCE_(TRUNCATED|RECREATED)$/);
    await resume(1);
    await again.send(30, 500);
    await predictedIn(1, again.payments);
    await storedIn(1, again.payments);
  });

  it('that was repartitioned stops with a code until it is resumed', async () => {
    const { platform, feed } = stream;
    const { topic } = feed;
    const partitions = sourcePartitions + 2;
    const admin = platform.bus.kafka.admin();
    await admin.connect();
    await admin.createPartitions({ topicPartitions: [{ topic, count: partitions }] });
    await admin.disconnect();
    await restart('features');
    expect(await stoppedBy(/^EVENTS_SOURCE_REPARTITIONED$/)).toContain(`${partitions}`);
    await resume(2);
    const more = await PaymentFeed.create(platform.bus, { topic, payments: feed.payments.slice(400, 460), partitions });
    await more.send(60, 500);
    await predictedIn(2, more.payments);
    await storedIn(2, more.payments);
  });
});

async function without(server: ServerName, during: () => Promise<void>): Promise<void> {
  await stack.servers.kill(server);
  try {
    await during();
  } finally {
    await stack.servers.start(server);
  }
}

/** A running consumer looks at what its topic is when partitions are assigned. */
async function restart(service: 'features' | 'inference'): Promise<void> {
  const process = stream.platform.services.get(service);
  await process.signal('SIGKILL');
  process.start();
}

async function predictedIn(generation: number, payments: readonly Payment[]): Promise<void> {
  const { bus } = stream.platform;
  const topic = topics['inference.predictions'];
  const log = new ReadOn<Prediction>(bus, bus.topics.name(topic.name), bus.readerFor(topic));
  const predicted = new Set<string | null>();
  await stream.platform.until(`predictions of generation ${generation}`, 60_000, async () => {
    for (const prediction of await log.next())
      if (prediction.generation === generation) predicted.add(prediction.sourceEventId);
    return payments.every(({ payment_id }) => predicted.has(payment_id));
  });
}

/** History goes on with the source: its events are there, and the check finds their features equal. */
async function storedIn(generation: number, payments: readonly Payment[]): Promise<void> {
  const { clickhouse } = stream.platform;
  const ids = payments.map(({ payment_id }) => payment_id);
  await stream.platform.until(`history of generation ${generation}`, 60_000, async () => {
    const stored = await clickhouse.queryOne<{ n: number }>(
      `SELECT uniqExact(_id) AS n FROM ${clickhouse.qualified(`source_${sourceName}`)} WHERE _generation = {generation:UInt32} AND _id IN {ids:Array(String)}`,
      { generation, ids },
    );
    return stored?.n === new Set(ids).size;
  });
}

async function request(path: string, body?: unknown): Promise<Response> {
  return fetch(stream.platform.services.url('gateway') + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

async function expectUnavailable(path: string, body?: unknown): Promise<void> {
  const response = await request(path, body);
  const text = await response.text();
  expect(`${response.status} ${path} ${text}`).toMatch(/^503 /);
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(JSON.parse(text)).toMatchObject({ status: 503 });
}

async function isReady(service: 'features' | 'inference'): Promise<boolean> {
  try {
    return (await fetch(`${stream.platform.services.url(service)}/health/ready`)).status === 200;
  } catch {
    return false;
  }
}

/** An answer of the readiness stands for half a second. */
function unready(service: 'features' | 'inference'): Promise<void> {
  return stream.platform.until(`${service} to say that it is not ready`, 20_000, async () => !(await isReady(service)));
}

function readyAgain(service: 'features' | 'inference'): Promise<void> {
  return stream.platform.until(`${service} to be ready again`, 60_000, () => isReady(service));
}

/** The code is in the readiness and in the description of the source, with what to do. */
async function stoppedBy(code: RegExp): Promise<string> {
  const { platform } = stream;
  let said = '';
  let seen: unknown;
  const isSaid = async (): Promise<boolean> => {
    try {
      const { items } = (await platform.http.get('/api/v1/sources')) as {
        items: { consumer: { stopped: { code: string; message: string }[] } | null }[];
      };
      seen = items.map(({ consumer }) => consumer);
      said =
        items.flatMap(({ consumer }) => consumer?.stopped ?? []).find((stopped) => code.test(stopped.code))?.message ??
        '';
    } catch (error) {
      seen = error; // It is starting.
    }
    return said !== '';
  };
  await platform.until(`the source to stop with ${code.source}`, 60_000, isSaid, () => inspect(seen, { depth: 6 }));
  const ready = await fetch(`${platform.services.url('features')}/health/ready`);
  expect(ready.status).toBe(503);
  expect(await ready.text()).toContain('EVENTS_SOURCE_');
  return said;
}

async function resume(generation: number): Promise<void> {
  expect(await stream.platform.http.post(`/api/v1/sources/${sourceName}/resume`, {})).toMatchObject({ generation });
  await readyAgain('features');
}

/** All predictions so far, once each, in a table that was not there for a while. */
async function storedOnce(table: string): Promise<void> {
  const { clickhouse } = stream.platform;
  const query = `SELECT count() AS rows, uniqExact(event_id) AS once FROM ${clickhouse.qualified(table)}`;
  let stored: { rows: number; once: number } | null = null;
  await stream.platform.until(`${table} to hold all`, 60_000, async () => {
    stored = await clickhouse.queryOne<{ rows: number; once: number }>(query);
    return (stored?.once ?? 0) >= stream.feed.sent;
  });
  expect(stored).toEqual({ rows: stream.feed.sent, once: stream.feed.sent });
}
