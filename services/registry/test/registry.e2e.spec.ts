import { EventBus, LogReader } from '@millrace/events';
import { topics, type ModelPromoted } from '@millrace/schemas';
import { eventsConfigFromEnv, readConfig, ServiceLog } from '@millrace/service-kit';
import { runServices, testNamespace, type RunningServices } from '@millrace/testing';
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebhookReceiver } from './webhook-receiver.ts';

let services: RunningServices;
let urls: string[];

beforeAll(async () => {
  services = await runServices(testNamespace(), ['registry'], {
    env: {
      MILLRACE_REGISTRY_SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
      MILLRACE_REGISTRY_WEBHOOK_SCHEMES: 'http,https',
      MILLRACE_REGISTRY_WEBHOOK_ALLOW_PRIVATE: 'true',
      MILLRACE_REGISTRY_WEBHOOK_RETRY_MS: '20',
    },
  });
  const second = await services.launch('registry');
  await second.ready();
  urls = [services.url('registry'), second.url];
});
afterAll(() => services?.stop());

interface Answer {
  readonly model_version?: { readonly version: string };
  readonly error_code?: string;
}

async function call(
  url: string,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: Answer }> {
  const response = await fetch(`${url}/api/2.0/mlflow/${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  });
  return { status: response.status, body: (await response.json()) as Answer };
}
const at = (index: number): string => urls[index % urls.length] ?? '';
const createVersion = (index: number, name = 'fraud') =>
  call(at(index), 'model-versions/create', { name, source: 's3://elsewhere/model' });
const setAlias = (url: string, version: number) =>
  call(url, 'registered-models/alias', { name: 'fraud', alias: 'champion', version: String(version) });
async function champion(url: string): Promise<string> {
  const response = await fetch(`${url}/api/v1/models/fraud/aliases/champion`);
  return ((await response.json()) as { version: string }).version;
}

it('two instances that register versions at once never give a number twice', async () => {
  await call(at(0), 'registered-models/create', { name: 'fraud' });
  const answers = await Promise.all(Array.from({ length: 24 }, (_, index) => createVersion(index)));
  const numbers = answers.map(({ body }) => Number(body.model_version?.version)).sort((a, b) => a - b);
  expect(numbers).toEqual(Array.from({ length: 24 }, (_, index) => index + 1));
});

it('a promotion on one instance is in force on the other at once', async () => {
  for (let version = 1; version <= 20; version += 1) {
    expect((await setAlias(at(version), version)).status).toBe(200);
    expect(await champion(at(version + 1))).toBe(String(version));
  }
});

it('a repeated request with its id has the first result, with another body it is a conflict', async () => {
  const headers = { 'idempotency-key': 'register-once' };
  const body = { name: 'fraud', source: 's3://elsewhere/once' };
  const first = await call(at(0), 'model-versions/create', body, headers);
  const again = await call(at(1), 'model-versions/create', body, headers);
  expect(again.body.model_version?.version).toBe(first.body.model_version?.version);
  const other = await call(at(1), 'model-versions/create', { ...body, source: 's3://elsewhere/other' }, headers);
  expect(other.status).toBe(409);
});

it('a promotion whose answer was lost in a crash has happened, and is one event like all others', async () => {
  const doomed = await services.launch('registry', undefined, { MILLRACE_CRASH_POINTS: 'registry.after-append' });
  await doomed.ready();
  await expect(setAlias(doomed.url, 21)).rejects.toThrow();
  await doomed.ended(10_000);
  expect(await champion(at(0))).toBe('21');
  await services.get('registry').signal('SIGKILL');
  expect((await setAlias(at(1), 22)).status).toBe(200);
  services.get('registry').start();
  await services.get('registry').ready();
  expect(await champion(at(0))).toBe('22');
  const promotions = await readPromotions(22);
  expect(promotions.map(({ version, previousVersion }) => [version, previousVersion])).toEqual(
    Array.from({ length: 22 }, (_, index) => [String(index + 1), index === 0 ? null : String(index)]),
  );
  expect(new Set(promotions.map(({ eventId }) => eventId)).size).toBe(22);
});

it('a rollback that is repeated under its request id is one, whichever instance takes it', async () => {
  await call(at(0), 'registered-models/create', { name: 'rolled' });
  for (let version = 1; version <= 3; version += 1) {
    await createVersion(version, 'rolled');
    const body = { name: 'rolled', alias: 'champion', version: String(version) };
    await call(at(version), 'registered-models/alias', body);
  }
  const rollBack = async (index: number, target: string) => {
    const response = await fetch(`${at(index)}/api/v1/models/rolled/rollbacks`, {
      method: 'POST',
      body: JSON.stringify({ target }),
      headers: { 'content-type': 'application/json', 'idempotency-key': 'roll-back-once' },
    });
    return { status: response.status, body: (await response.json()) as { version?: string; detail?: string } };
  };
  const first = await rollBack(0, 'alias:champion');
  expect(first).toMatchObject({ status: 200, body: { version: '2', aliases: ['champion'] } });
  for (const index of [1, 0]) expect(await rollBack(index, 'alias:champion')).toEqual(first);
  const other = await rollBack(1, 'alias:challenger');
  expect([other.status, JSON.stringify(other.body)]).toEqual([409, expect.stringContaining('roll-back-once')]);
});

it.each([
  ['registered-models/create', '{"name":', 'BAD_REQUEST'],
  ['registered-models/create', '{"name":12}', 'INVALID_PARAMETER_VALUE'],
  ['registered-models/create', '{"name":"a/b"}', 'INVALID_PARAMETER_VALUE'],
  ['registered-models/create', '{"name":"fraud"}', 'RESOURCE_ALREADY_EXISTS'],
  ['registered-models/alias', '{"name":"fraud","alias":"v1","version":"1"}', 'INVALID_PARAMETER_VALUE'],
  ['registered-models/alias', '{"name":"fraud","alias":"a","version":"999"}', 'RESOURCE_DOES_NOT_EXIST'],
  ['registered-models/alias', '{"name":"fraud","alias":"a","version":"one"}', 'INVALID_PARAMETER_VALUE'],
  ['model-versions/transition-stage', '{"name":"fraud","version":"1","stage":"Live"}', 'INVALID_PARAMETER_VALUE'],
])('%s refuses %s', async (path, body, code) => {
  const response = await fetch(`${at(0)}/api/2.0/mlflow/${path}`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json' },
  });
  expect([response.status < 500, await response.json()]).toEqual([true, expect.objectContaining({ error_code: code })]);
});

async function createWebhook(url: string, event: readonly [string, string]): Promise<string> {
  const [entity, action] = event;
  const body = { name: 'hook', url, events: [{ entity, action }], secret: 'pssst' };
  const answer = await call(at(0), 'webhooks', body);
  expect(JSON.stringify(answer)).not.toContain('pssst');
  return (answer.body as { webhook: { webhook_id: string } }).webhook.webhook_id;
}
async function deliveriesOf(id: string, index = 0): Promise<Record<string, unknown>> {
  return (await (await fetch(`${at(index)}/api/v1/webhooks/${id}/deliveries`)).json()) as Record<string, unknown>;
}

it('what a webhook is to hear is sent after all instances were killed, signed and under the same id', async () => {
  await using receiver = await WebhookReceiver.start();
  receiver.answer = () => null;
  const id = await createWebhook(receiver.url, ['MODEL_VERSION_ALIAS', 'CREATED']);
  await setAlias(at(1), 3);
  await expect.poll(() => receiver.requests.length, { timeout: 120_000 }).toBe(1);
  // The third one has died before.
  const processes = services.all('registry').slice(0, 2);
  await Promise.all(processes.map((process) => process.signal('SIGKILL')));
  receiver.answer = () => ({ status: receiver.requests.length === 2 ? 503 : 200 });
  for (const process of processes) process.start();
  await Promise.all(processes.map((process) => process.ready()));
  await expect.poll(() => deliveriesOf(id, 1), { timeout: 120_000 }).toMatchObject({ pending: 0, delivered: 1 });
  expect(await deliveriesOf(id, 0)).toEqual(await deliveriesOf(id, 1));
  expect(receiver.requests.length).toBeGreaterThanOrEqual(3);
  expect(new Set(receiver.requests.map(({ headers }) => headers['x-mlflow-delivery-id'])).size).toBe(1);
  for (const { headers, body } of receiver.requests) {
    const content = [headers['x-mlflow-delivery-id'], headers['x-mlflow-timestamp'], body].join('.');
    const signature = createHmac('sha256', 'pssst').update(content).digest('base64');
    expect(headers['x-mlflow-signature']).toBe(`v1,${signature}`);
    expect(JSON.parse(body)).toMatchObject({
      entity: 'model_version_alias',
      action: 'created',
      data: { name: 'fraud', alias: 'champion', version: '3' },
    });
  }
});

it('a redirect is not followed and a receiver that never answers holds up nobody else; both are there to be seen', async () => {
  await using receiver = await WebhookReceiver.start();
  receiver.answer = ({ path }) => {
    if (path === '/moved') return { status: 302, headers: { location: `${receiver.url}/inside` } };
    return path === '/stuck' ? null : { status: 200 };
  };
  const event = ['MODEL_VERSION', 'CREATED'] as const;
  const moved = await createWebhook(`${receiver.url}/moved`, event);
  const stuck = await createWebhook(`${receiver.url}/stuck`, event);
  const well = await createWebhook(`${receiver.url}/well`, event);
  await Promise.all(Array.from({ length: 6 }, (_, index) => createVersion(index)));
  await expect.poll(() => deliveriesOf(well), { timeout: 120_000 }).toMatchObject({ delivered: 6, pending: 0 });
  await expect.poll(() => deliveriesOf(moved), { timeout: 120_000 }).toMatchObject({ failed: 6, pending: 0 });
  expect((await deliveriesOf(moved))['failures']).toContainEqual(
    expect.objectContaining({ attempts: 1, reason: 'the receiver answered 302: redirects are not followed' }),
  );
  expect(await deliveriesOf(stuck)).toMatchObject({ pending: 6, delivered: 0 });
  expect(receiver.requests.filter(({ path }) => path === '/inside')).toEqual([]);
});

/** The first so many promotions as they lie in the topic, repeats of a crash dropped by their event id. */
async function readPromotions(count: number): Promise<ModelPromoted[]> {
  const { events } = readConfig({ events: eventsConfigFromEnv('test') }, services.env);
  const bus = await EventBus.connect(events, new ServiceLog({ service: 'test', level: 'error' }));
  const topic = topics['registry.model-promoted'];
  const log = new LogReader(bus, { topic: bus.topics.name(topic.name), partition: 0, startAt: 0 });
  const seen = new Map<string, ModelPromoted>();
  try {
    const poll = async (): Promise<number> => {
      for (const result of await bus.readerFor(topic).decodeBatch((await log.poll()).records)) {
        if (result.ok && !seen.has(result.value.eventId)) seen.set(result.value.eventId, result.value);
      }
      return seen.size;
    };
    await expect.poll(poll, { timeout: 120_000 }).toBe(count);
    return [...seen.values()];
  } finally {
    await log.close();
    await bus.close();
  }
}
