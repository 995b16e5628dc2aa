import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { ClickHouse } from '@millrace/clickhouse';
import { EventBus, scanLog } from '@millrace/events';
import { topics } from '@millrace/schemas';
import { runServices, testNamespace } from '@millrace/testing';
import type { RunningServices } from '@millrace/testing';
import type { AlertView, ReportView } from './entry/drift-view.ts';
import { migratedClickHouse, storeOutcomes, storePredictions } from './store/clickhouse-under-test.ts';
import type { StoredPrediction } from './store/in-memory-history.ts';
import { HOUR } from './store/prediction-history.contract.ts';

const START = Date.UTC(2025, 3, 1);
const namespace = testNamespace();
let clickhouse: ClickHouse;
let drop: () => Promise<void>;
let names: Server;
let services: RunningServices;

beforeAll(async () => {
  ({ clickhouse, drop } = await migratedClickHouse(namespace.env));
  names = await neighbours();
  const neighbour = `http://127.0.0.1:${(names.address() as AddressInfo).port}`;
  const env = {
    MILLRACE_SERVICE_FEATURES_URL: neighbour,
    MILLRACE_SERVICE_INFERENCE_URL: neighbour,
    MILLRACE_DRIFT_ROUND_MS: '100',
  };
  services = await runServices(namespace, ['drift'], { env });
});

afterAll(async () => {
  await services?.stop();
  names?.close();
  await drop?.();
});

/** What the features service answers about the feature service of the predictions, and inference about two endpoints. */
async function neighbours(): Promise<Server> {
  const featureNames = ['amount', 'isNight', 'country'];
  const types = ['double', 'boolean', 'string'];
  const features = featureNames.map((name, i) => ({ name, type: types[i] }));
  const answers: Record<string, object> = {
    '/api/v1/feature-services/fraud?version=1': { featureService: 'fraud', version: 1, featureNames, types },
    '/api/v1/endpoints/fraud': { name: 'fraud', features },
    '/api/v1/endpoints/nothing': { name: 'nothing', features },
  };
  const server = createServer((request, response) => {
    const answer = answers[request.url ?? ''];
    response.statusCode = answer === undefined ? 404 : 200;
    response.end(JSON.stringify(answer ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

async function call(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: unknown; text: string }> {
  const response = await fetch(`${services.url('drift')}${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  return { status: response.status, body: isJson ? (JSON.parse(text) as unknown) : null, text };
}

const reportsOf = async (endpoint: string): Promise<ReportView[]> =>
  ((await call('GET', `/api/v1/drift/reports?endpoint=${endpoint}`)).body as { reports: ReportView[] }).reports;
const alertsOf = async (endpoint: string): Promise<AlertView[]> =>
  ((await call('GET', `/api/v1/drift/alerts?endpoint=${endpoint}`)).body as { alerts: AlertView[] }).alerts;

describe('monitors', () => {
  test('every fault of a definition is told with its path', async () => {
    const { status, body } = await call('POST', '/api/v1/drift/monitors', {
      endpoint: 'fraud',
      window: { type: 'time', length: 'soon' },
      rules: [{ rule: 'error-rate', above: 2 }],
      colour: 'red',
    });
    expect(status).toBe(400);
    const paths = (body as { faults: { path: string }[] }).faults.map((fault) => fault.path);
    expect(paths.sort()).toEqual(['colour', 'rules[0].above', 'window.length']);
  });

  test('what it names and does not exist is told with its path, not watched in silence', async () => {
    const reference = {
      type: 'vectors',
      featureService: 'fruad',
      from: '2025-01-01T00:00:00Z',
      to: '2025-02-01T00:00:00Z',
    };
    const rules = [{ rule: 'ks-p-value', features: ['amount', 'amuont'] }];
    const misspelt = await call('POST', '/api/v1/drift/monitors', { endpoint: 'fraud', reference, rules });
    expect(misspelt.status).toBe(400);
    const pathsOf = (body: unknown): string[] =>
      (body as { faults: { path: string }[] }).faults.map(({ path }) => path);
    expect(pathsOf(misspelt.body)).toEqual(['reference.featureService', 'rules[0].features[1]']);
    const unknown = await call('POST', '/api/v1/drift/monitors', { endpoint: 'nobody' });
    expect([unknown.status, pathsOf(unknown.body)]).toEqual([400, ['endpoint']]);
  });

  test('the same definition again is the same monitor, another one under its name is a conflict', async () => {
    const monitor = { name: 'twice', endpoint: 'nothing' };
    const authorization = `Basic ${Buffer.from('ann:secret').toString('base64')}`;
    const first = await call('POST', '/api/v1/drift/monitors', monitor, { authorization });
    expect(first).toMatchObject({
      status: 201,
      body: { name: 'twice', createdBy: 'ann', rules: [{}, {}, {}, {}], status: { state: 'waiting' } },
    });
    await vi.waitFor(
      async () =>
        expect((await call('GET', '/api/v1/drift/monitors/twice')).body).toMatchObject({
          status: { state: 'waiting', reason: 'no prediction of endpoint "nothing" is stored' },
        }),
      { timeout: 120_000, interval: 200 },
    );
    expect(await call('POST', '/api/v1/drift/monitors', monitor)).toMatchObject({
      status: 201,
      body: { name: 'twice', createdBy: 'ann' },
    });
    expect((await call('POST', '/api/v1/drift/monitors', { ...monitor, threshold: 0.9 })).status).toBe(409);
    expect((await call('DELETE', '/api/v1/drift/monitors/twice')).status).toBe(204);
    expect((await call('GET', '/api/v1/drift/monitors/twice')).status).toBe(404);
  });
});

describe('a change of behaviour', () => {
  const hour = (index: number, isChanged: boolean): StoredPrediction[] =>
    Array.from({ length: 100 }, (_, i) => {
      const value = (i * 37 + index * 11) % 100;
      return {
        endpoint: 'fraud',
        eventTimeMs: START + index * HOUR + i * 36_000,
        numbers: { amount: isChanged ? value * 5 : value, isNight: value % 2 },
        strings: { country: value % 2 === 0 ? 'FR' : 'BE' },
        score: isChanged && i % 10 === 0 ? null : value / 100,
        scoringMs: isChanged ? 250 : 2,
      };
    });
  const wholeStory = [0, 1, 2, 3].flatMap((index) => hour(index, false)).concat(hour(4, true), hour(5, false));
  const labelled = wholeStory.map((p) => {
    const isPositive = (p.score ?? 0) >= 0.5;
    const isWrong = p.eventTimeMs >= START + 4 * HOUR && p.eventTimeMs < START + 5 * HOUR;
    return { ...p, label: Number(isPositive !== isWrong) };
  });

  test('raises each default rule once, with two instances and a killed leader', async () => {
    await storePredictions(clickhouse, wholeStory);
    const second = await services.launch('drift');
    await call('POST', '/api/v1/drift/monitors', { endpoint: 'fraud', reference: { type: 'first', rows: 200 } });
    await vi.waitFor(async () => expect(await reportsOf('fraud')).toHaveLength(5), { timeout: 120_000, interval: 200 });
    await second.ready();
    await services.get('drift').signal('SIGKILL');
    await storeOutcomes(clickhouse, labelled);
    services.get('drift').start();
    await services.get('drift').ready();
    await vi.waitFor(
      async () =>
        expect((await reportsOf('fraud')).every((report) => report.quality?.rows === report.rows - report.errors)).toBe(
          true,
        ),
      { timeout: 120_000, interval: 200 },
    );
    const changed = new Date(START + 4 * HOUR).toISOString();
    await vi.waitFor(
      async () =>
        expect((await alertsOf('fraud')).map((alert) => `${alert.window.start} ${alert.rule}`).sort()).toEqual(
          ['accuracy-drop', 'error-rate', 'ks-p-value', 'latency-p95'].map((rule) => `${changed} ${rule}`),
        ),
      { timeout: 120_000, interval: 200 },
    );
    await second.stop();

    const config = {
      kafka: { brokers: (namespace.env['MILLRACE_KAFKA_BROKERS'] ?? '').split(','), clientId: 'drift-test' },
      schemaRegistry: { url: namespace.env['MILLRACE_SCHEMA_REGISTRY_URL'] ?? '' },
      topicPrefix: namespace.topicPrefix,
    };
    const silent = (): void => undefined;
    const bus = await EventBus.connect(config, { debug: silent, info: silent, warn: silent, error: silent });
    const ids: string[] = [];
    for await (const record of scanLog(bus, bus.topics.name('drift.alerts'))) {
      const [decoded] = await bus.readerFor(topics['drift.alerts']).decodeBatch([record]);
      if (decoded?.ok === true) ids.push(decoded.value.eventId);
    }
    await bus.close();
    // The log itself, not the tables: there a repeat of an id would be hidden.
    expect(ids.sort()).toEqual((await alertsOf('fraud')).map((alert) => alert.eventId).sort());
    expect(ids).toHaveLength(4);
  });

  test('is told with the numbers of the changed feature, and of the unchanged ones', async () => {
    const [report] = (await reportsOf('fraud')).filter((said) => said.firedRules.length > 0);
    const columns = new Map(report?.columns.map((column) => [column.name, column]));
    expect([...columns.keys()]).toEqual(['amount', 'isNight', 'country', 'score']);
    expect(columns.get('amount')?.psi).toBeGreaterThan(1);
    expect(columns.get('amount')?.ks?.pValue).toBeLessThan(1e-9);
    expect(columns.get('isNight')?.psi).toBeLessThan(0.1);
    expect(columns.get('country')?.chiSquare?.pValue).toBeGreaterThan(0.05);
    expect(report?.quality).toMatchObject({ accuracy: 0 });
    expect(report?.baselineAccuracy).toBe(1);
    expect(columns.get('score')?.chiSquare?.pValue).toBeLessThanOrEqual(1);
    expect(report).toMatchObject({ sampledRows: 100, notCompared: {} });
  });

  test('can be looked at', async () => {
    const { status, text } = await call('GET', '/api/v1/drift/pages/fraud');
    expect(status).toBe(200);
    expect(text).toContain('<title>Drift of fraud</title>');
    expect(text).toContain('accuracy 0 % lies 100 points under the baseline of 100 %');
    expect(text.match(/<svg/g)?.length).toBe(4 + 1 + 4);
    expect((await call('GET', '/api/v1/drift/pages/%3Cscript%3E')).text).not.toContain('<script>');
  });

  test('is in the metrics and in the documented API', async () => {
    // The instance that led until now has stopped: the other one takes over within a lease.
    await vi.waitFor(
      async () => expect((await call('GET', '/metrics')).text).toContain('millrace_drift_rounds_total{result="ok"}'),
      { timeout: 120_000, interval: 200 },
    );
    expect((await call('GET', '/docs/openapi.json')).text).toContain('/api/v1/drift/monitors');
  });
});
