import { createHash } from 'node:crypto';
import { ClickHouse } from '@millrace/clickhouse';
import { listDeadLetters } from '@millrace/events';
import type { Prediction } from '@millrace/schemas';
import type { RunningService } from '@millrace/service-kit';
import { startService } from '@millrace/service-kit';
import { testNamespace } from '@millrace/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inferenceConfig } from '../src/config.ts';
import { problemStatuses } from '../src/errors.ts';
import { call, eventually, InferenceUnderTest } from './inference-under-test.ts';
import { InferenceModule } from '../src/inference.module.ts';
import { NeighboursUnderTest } from './neighbours-under-test.ts';
import { fixtureModel } from '../src/onnx/fixture-model.ts';

const namespace = testNamespace();
const partitions = 3;
/** Scores as version 2 does and is another file: the name of its producer has a version. */
const late = Buffer.concat([fixtureModel('linear-v2'), Buffer.from([0x1a, 1, 0x31])]);
let service: RunningService;
let neighbours: NeighboursUnderTest;
let world: InferenceUnderTest;
let clickhouse: ClickHouse;

function start(): Promise<RunningService> {
  const definition = {
    name: 'inference',
    description: 'Under test.',
    config: inferenceConfig,
    module: InferenceModule,
    statuses: problemStatuses,
  };
  const environment = {
    ...namespace.env,
    MILLRACE_PORT: '0',
    MILLRACE_LOG_LEVEL: process.env['MILLRACE_LOG_LEVEL'] ?? 'error',
    MILLRACE_SERVICE_FEATURES_URL: neighbours.url,
    MILLRACE_SERVICE_TRACKING_URL: neighbours.url,
    MILLRACE_SERVICE_REGISTRY_URL: neighbours.url,
  };
  return startService(definition, { environment, handleSignals: false });
}

const endpoint = (path = '') => `${service.url}/api/v1/endpoints/fraud${path}`;

/** Waits until the endpoint says so of itself. */
function untilEndpoint(says: Record<string, unknown>): Promise<Record<string, unknown>> {
  return eventually(async () => {
    const { body } = await call(endpoint());
    return Object.entries(says).every(([name, value]) => JSON.stringify(body[name]).includes(JSON.stringify(value)))
      ? body
      : null;
  });
}

function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function positions(predictions: readonly Prediction[]): string[] {
  return predictions.map((prediction) => `${prediction.sourcePartition}:${prediction.sourceOffset}`);
}

function expected(from: number, to: number): string[] {
  const all: string[] = [];
  for (let partition = 0; partition < partitions; partition++) {
    for (let offset = from; offset < to; offset++) all.push(`${partition}:${offset}`);
  }
  return all;
}

beforeAll(async () => {
  neighbours = await NeighboursUnderTest.start();
  world = await InferenceUnderTest.connect(namespace);
  clickhouse = new ClickHouse({
    url: namespace.env['MILLRACE_CLICKHOUSE_URL'] ?? '',
    database: namespace.clickhouseDatabase,
    username: namespace.env['MILLRACE_CLICKHOUSE_USERNAME'] ?? '',
    password: namespace.env['MILLRACE_CLICKHOUSE_PASSWORD'] ?? '',
  });
  service = await start();
});

afterAll(async () => {
  await service.close();
  await world.bus.close();
  await clickhouse.command(`DROP DATABASE IF EXISTS ${clickhouse.database}`);
  await clickhouse.close();
  await neighbours.close();
});

// One story, told in order: each step starts where the one before it ended.
describe('an endpoint', () => {
  it('lists every fault of a definition', async () => {
    const { status, body } = await call(`${service.url}/api/v1/endpoints`, {
      body: { name: 'no spaces', model: { name: 'm', target: 'champion' }, startFrom: 'later', extra: 1 },
    });
    expect(status).toBe(400);
    const faults = body['faults'] as { path: string }[];
    expect(faults.map((fault) => fault.path).toSorted((a, b) => a.localeCompare(b))).toEqual([
      'extra',
      'featureService',
      'model.target',
      'name',
      'startFrom',
    ]);
  });

  it('names the feature service that does not exist', async () => {
    const body = { name: 'x', featureService: 'nothing', model: { name: 'm', target: 'alias:a' } };
    const answer = await call(`${service.url}/api/v1/endpoints`, { body });
    expect(answer).toMatchObject({ status: 400, body: { faults: [{ path: 'featureService' }] } });
  });

  it('without a model is inactive, says so, and does not score', async () => {
    const created = await call(`${service.url}/api/v1/endpoints`, {
      body: { name: 'fraud', featureService: 'payments', model: { name: 'fraud-model', target: 'alias:champion' } },
    });
    expect(created).toMatchObject({
      status: 201,
      body: { featureServiceVersion: 1, state: 'inactive', reason: expect.stringContaining('alias:champion') },
    });
    await world.publishVectors({ partitions, from: 0, to: 10 });
    const scored = await call(endpoint('/score'), { body: { entities: { customer: 'c1' }, request: { a: 1 } } });
    expect(scored).toMatchObject({ status: 409, body: { code: 'INFERENCE_ENDPOINT_INACTIVE' } });
    const missing = await call(`${service.url}/api/v1/endpoints/none/score`, { body: { event: {} } });
    expect(missing).toMatchObject({ status: 404, body: { code: 'INFERENCE_ENDPOINT_NOT_FOUND' } });
  });

  it('scores each vector once, by the version in charge, through a swap under load', async () => {
    await world.promote(1, neighbours.keep(fixtureModel('linear-v1')));
    await untilEndpoint({ state: 'active', active: '1' });
    await world.publishVectors({ partitions, from: 10, to: 200 });
    await world.streamed(190 * partitions);
    // What a crashed or zombie features service writes again, another feature service, and bytes that are no vector.
    await world.publishVectors({ partitions, from: 150, to: 200 });
    await world.publishVectors({ partitions, from: 0, to: 50, lane: 'payments@2' });
    await world.publishBytes(Buffer.from('not a vector'));
    const loading = world.promote(2, neighbours.keep(fixtureModel('linear-v2')));
    for (let from = 200; from < 800; from += 20) await world.publishVectors({ partitions, from, to: from + 20 });
    await loading;
    await untilEndpoint({ active: '2' });
    await world.publishVectors({ partitions, from: 800, to: 900 });
    const predictions = await world.streamed(890 * partitions);
    expect(positions(predictions).toSorted()).toEqual(expected(10, 900).toSorted());
    for (const { sourceOffset, modelVersion, score, status } of predictions) {
      expect({ status, score }).toEqual({ status: 'ok', score: sourceOffset + (modelVersion === '2' ? 100 : 0) });
      if (sourceOffset < 200) expect(modelVersion).toBe('1');
      if (sourceOffset >= 800) expect(modelVersion).toBe('2');
    }
    for (let partition = 0; partition < partitions; partition++) {
      const offsets = predictions.filter((p) => p.sourcePartition === partition).map((p) => p.sourceOffset);
      expect(offsets).toEqual(offsets.toSorted((a, b) => a - b));
    }
  });

  it('put the bytes that are no vector aside, unchanged', async () => {
    const letters = await eventually(async () => {
      const found = await listDeadLetters(world.bus, { group: 'inference.fraud' });
      return found.length > 0 ? found : null;
    });
    expect(letters).toMatchObject([{ reason: 'not-framed', value: Buffer.from('not a vector') }]);
  });

  it('keeps the running version when a promoted one is refused, and tells why', async () => {
    await world.promote(3, neighbours.keep(fixtureModel('zipmap')));
    const body = await untilEndpoint({ lastRefusal: 'INFERENCE_MODEL_NON_TENSOR_OUTPUT' });
    expect(body).toMatchObject({ state: 'active', active: { version: '2' }, lastRefusal: { version: '3' } });
    await world.promote(4, hashOf(late));
    await untilEndpoint({ lastRefusal: 'INFERENCE_ARTIFACT_MISSING' });
    await world.publishVectors({ partitions, from: 900, to: 910 });
    const predictions = await world.streamed(900 * partitions);
    expect(new Set(predictions.filter((p) => p.sourceOffset >= 900).map((p) => p.modelVersion))).toEqual(
      new Set(['2']),
    );
  });

  it('serves a version whose file came late, when it is told to try again', async () => {
    neighbours.keep(late);
    expect(await call(endpoint('/redeploy'), { method: 'POST' })).toMatchObject({
      status: 202,
      body: { name: 'fraud' },
    });
    await untilEndpoint({ active: '4', lastRefusal: null });
  });

  it('scores entities and candidate events on request, each request once in the record', async () => {
    const body = { entities: { customer: 'c1' }, request: { a: 1, b: 2, c: 3 } };
    const headers = { 'idempotency-key': 'request-1' };
    const answer = await call(endpoint('/score'), { body, headers });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        requestId: 'request-1',
        eventId: 'fraud|rest|request-1',
        score: 114,
        modelVersion: '4',
        features: { a: 1, b: 2, c: 3 },
      },
    });
    expect(await call(endpoint('/score'), { body, headers })).toEqual(answer);
    const other = { ...body, request: { a: 2, b: 2, c: 3 } };
    expect(await call(endpoint('/score'), { body: other, headers })).toMatchObject({
      status: 409,
      body: { code: 'INFERENCE_REQUEST_ID_REUSED' },
    });
    const candidate = await call(endpoint('/score'), { body: { event: { a: 5, b: 0, c: 0 }, requestId: 'request-2' } });
    expect(candidate).toMatchObject({ status: 200, body: { score: 105 } });
    const several = await call(endpoint('/score'), {
      body: { requestId: 'many', events: [{ a: 1, b: 0, c: 0 }, { a: 2 }] },
    });
    expect(several.body['predictions']).toMatchObject([
      { requestId: 'many/0', status: 'ok', score: 101 },
      { requestId: 'many/1', status: 'error', score: null, features: { a: 2, b: null, c: null } },
    ]);
    const failed = await call(endpoint('/score'), { body: { event: { a: 2 }, requestId: 'failed' } });
    expect(failed).toMatchObject({ status: 422, body: { code: 'INFERENCE_MODEL_FAILED' } });
    for (const key of ['', 'many/0', 'x'.repeat(201)]) {
      expect((await call(endpoint('/score'), { body, headers: { 'idempotency-key': key } })).status).toBe(400);
    }
    const published = (await world.predictions()).filter((prediction) => prediction.requestId !== null);
    expect(published.map(({ eventId }) => eventId).toSorted()).toEqual(
      ['failed', 'many/0', 'many/1', 'request-1', 'request-2'].map((id) => `fraud|rest|${id}`),
    );
    await eventually(async () => {
      // The tables are made while the service scores already: until then there is no view.
      const found = await clickhouse
        .query(`SELECT request_id FROM ${clickhouse.qualified('v_predictions')} WHERE request_id IS NOT NULL`)
        .catch(() => []);
      return found.length === 5 ? found : null;
    });
  });

  it('scores vectors for comparison without making predictions of them', async () => {
    const asked = { featureService: 'payments', featureServiceVersion: 1 };
    const before = (await world.predictions()).length;
    const vectors = [
      { numbers: [1, 2, 3], strings: [] },
      { numbers: [2, null, null], strings: [] },
    ];
    const answer = await call(endpoint('/score-vectors'), { body: { ...asked, vectors } });
    expect(answer).toMatchObject({ status: 200, body: { modelVersion: '4', scores: [114, null] } });
    const misfit = { ...asked, vectors: [vectors[0], { numbers: [1], strings: ['x'] }] };
    expect(await call(endpoint('/score-vectors'), { body: misfit })).toMatchObject({
      status: 400,
      body: { faults: [{ path: 'vectors[1]', message: 'must hold 3 numbers and 0 strings' }] },
    });
    const other = { ...asked, featureServiceVersion: 7, vectors };
    expect((await call(endpoint('/score-vectors'), { body: other })).status).toBe(409);
    expect((await world.predictions()).length).toBe(before);
  });

  it('hands on what the caller got wrong, and says so when the features service is down', async () => {
    const wrong = await call(endpoint('/score'), { body: { entities: {}, request: { a: 1 } } });
    expect(wrong).toMatchObject({
      status: 400,
      body: { code: 'INFERENCE_FEATURES_REJECTED', faults: [{ path: 'entities[0].customer' }] },
    });
    const both = await call(endpoint('/score'), { body: { entities: { customer: 'c' }, event: {} } });
    expect(both).toMatchObject({ status: 400, body: { code: 'REQUEST_INVALID' } });
    neighbours.isDown = true;
    const down = await call(endpoint('/score'), { body: { event: {} } });
    neighbours.isDown = false;
    expect(down).toMatchObject({ status: 503, body: { code: 'INFERENCE_FEATURES_UNAVAILABLE' } });
  });

  it('waits for its model after a restart, skips nothing and repeats nothing', async () => {
    await service.close();
    await world.publishVectors({ partitions, from: 910, to: 1000 });
    neighbours.isDown = true;
    service = await start();
    await untilEndpoint({ state: 'loading' });
    expect((await call(`${service.url}/health/ready`)).status).toBe(503);
    neighbours.isDown = false;
    await untilEndpoint({ state: 'active', active: '4' });
    await world.publishVectors({ partitions, from: 1000, to: 1010 });
    const predictions = await world.streamed(1000 * partitions);
    expect(positions(predictions).toSorted()).toEqual(expected(10, 1010).toSorted());
    await eventually(async () => ((await call(`${service.url}/health/ready`)).status === 200 ? true : null));
  });

  it('has each prediction once in ClickHouse, and the promotions', async () => {
    const count = await eventually(async () => {
      const [row] = await clickhouse.query<{ total: number; once: number }>(
        `SELECT count() AS total, uniqExact(event_id) AS once FROM ${clickhouse.qualified('predictions')} WHERE request_id IS NULL`,
      );
      return row !== undefined && row.total >= 1000 * partitions ? row : null;
    });
    expect(count).toEqual({ total: 1000 * partitions, once: 1000 * partitions });
    const promotions = await clickhouse.query<{ version: string }>(
      `SELECT version FROM ${clickhouse.qualified('model_promotions')} ORDER BY source_offset`,
    );
    expect(promotions.map((promotion) => promotion.version)).toEqual(['1', '2', '3', '4']);
  });

  it('is inactive when its alias was deleted, says so, and goes on with what waited when one is set again', async () => {
    await world.endPromotion(4);
    await untilEndpoint({ state: 'inactive' });
    const refused = await call(endpoint('/score'), { body: { event: { a: 1, b: 0, c: 0 } } });
    expect(refused).toMatchObject({ status: 409, body: { detail: expect.stringContaining('alias "champion"') } });
    await world.publishVectors({ partitions, from: 1010, to: 1020 });
    await world.promote(5, neighbours.keep(fixtureModel('linear-v1')));
    const predictions = await world.streamed(1010 * partitions);
    expect(positions(predictions).toSorted()).toEqual(expected(10, 1020).toSorted());
    const waited = predictions.filter(({ sourceOffset }) => sourceOffset >= 1010);
    expect(new Set(waited.map(({ modelVersion }) => modelVersion))).toEqual(new Set(['5']));
  });

  it('tells its metrics', async () => {
    const text = await (await fetch(`${service.url}/metrics`)).text();
    expect(text).toContain(
      'millrace_inference_predictions_total{endpoint="fraud",version="5",status="ok",origin="stream"}',
    );
    expect(text).toMatch(/millrace_inference_prediction_delay_seconds_bucket\{le="0\.1",endpoint="fraud"/);
  });

  it('is gone after it is deleted', async () => {
    expect((await call(endpoint(), { method: 'DELETE' })).status).toBe(204);
    expect((await call(endpoint())).status).toBe(404);
  });
});
