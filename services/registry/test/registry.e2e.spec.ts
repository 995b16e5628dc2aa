import { EventBus, LogReader } from '@millrace/events';
import { topics, type ModelPromoted } from '@millrace/schemas';
import { eventsConfigFromEnv, readConfig, ServiceLog } from '@millrace/service-kit';
import { runServices, testNamespace, type RunningServices } from '@millrace/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';

let services: RunningServices;
let urls: string[];

beforeAll(async () => {
  services = await runServices(testNamespace(), ['registry']);
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
    await expect.poll(poll, { timeout: 60_000 }).toBe(count);
    return [...seen.values()];
  } finally {
    await log.close();
    await bus.close();
  }
}
