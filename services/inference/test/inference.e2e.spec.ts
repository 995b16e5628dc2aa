import { ClickHouse } from '@millrace/clickhouse';
import { Watermarks } from '@millrace/events';
import type { Prediction } from '@millrace/schemas';
import type { RunningServices } from '@millrace/testing';
import { runServices, testNamespace } from '@millrace/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixtureModel } from '../src/onnx/fixture-model.ts';
import { call, eventually, InferenceUnderTest } from './inference-under-test.ts';
import { NeighboursUnderTest } from './neighbours-under-test.ts';

const namespace = testNamespace();
const partitions = 4;
let services: RunningServices;
let neighbours: NeighboursUnderTest;
let world: InferenceUnderTest;
let clickhouse: ClickHouse;
/** Source offsets published so far, in each partition. */
let published = 0;

beforeAll(async () => {
  neighbours = await NeighboursUnderTest.start();
  world = await InferenceUnderTest.connect(namespace);
  clickhouse = new ClickHouse({
    url: namespace.env['MILLRACE_CLICKHOUSE_URL'] ?? '',
    database: namespace.clickhouseDatabase,
    username: namespace.env['MILLRACE_CLICKHOUSE_USERNAME'] ?? '',
    password: namespace.env['MILLRACE_CLICKHOUSE_PASSWORD'] ?? '',
  });
  const env = {
    MILLRACE_SERVICE_FEATURES_URL: neighbours.url,
    MILLRACE_SERVICE_TRACKING_URL: neighbours.url,
    MILLRACE_SERVICE_REGISTRY_URL: neighbours.url,
    // Small batches: more places to be killed at.
    MILLRACE_INFERENCE_BATCH_ROWS: '50',
  };
  services = await runServices(namespace, ['inference'], { env });
  const url = `${services.url('inference')}/api/v1/endpoints`;
  const definition = {
    name: 'fraud',
    featureService: 'payments',
    model: { name: 'fraud-model', target: 'alias:champion' },
    startFrom: 'beginning',
  };
  await call(url, { body: definition });
  await world.promote(1, neighbours.keep(fixtureModel('linear-v1')));
  await eventually(async () => ((await call(`${url}/fraud`)).body['state'] === 'active' ? true : null));
});

afterAll(async () => {
  await services?.stop();
  await world?.bus.close();
  await clickhouse?.command(`DROP DATABASE IF EXISTS ${clickhouse.database}`);
  await clickhouse?.close();
  await neighbours?.close();
});

async function publish(count: number): Promise<void> {
  for (const end = published + count; published < end; published += 50) {
    await world.publishVectors({ partitions, from: published, to: published + 50 });
  }
}

/** What a reader that keeps watermarks sees: the first write of each prediction. */
function firstWrites(predictions: readonly Prediction[]): Prediction[] {
  const watermarks = Watermarks.empty();
  return predictions.filter((prediction) => watermarks.accept(prediction));
}

/** Waits until every vector has its prediction, in Kafka and in ClickHouse, and holds them to "each once, in order". */
async function expectEachOnce(): Promise<Prediction[]> {
  const total = published * partitions;
  const seen = await eventually(async () => {
    const first = firstWrites(await world.predictions());
    return first.length >= total ? first : null;
  });
  for (let partition = 0; partition < partitions; partition++) {
    const offsets = seen.filter((p) => p.sourcePartition === partition).map((p) => p.sourceOffset);
    expect(offsets).toEqual(Array.from({ length: published }, (_, offset) => offset));
  }
  for (const { score, sourceOffset, modelVersion } of seen) {
    expect(score).toBe(sourceOffset + (modelVersion === '2' ? 100 : 0));
  }
  const stored = await eventually(async () => {
    const row = await clickhouse.queryOne<{ total: number; once: number }>(
      `SELECT count() AS total, uniqExact(event_id) AS once FROM ${clickhouse.qualified('predictions')}`,
    );
    return row !== null && row.once >= total ? row : null;
  });
  expect(stored).toEqual({ total, once: total });
  return seen;
}

describe('a killed inference service', () => {
  it.each(['inference.before-publish:3', 'inference.after-publish:2', 'inference.before-commit:5'])(
    'loses and doubles nothing when it is killed at %s',
    async (point) => {
      await services.get('inference').stop();
      const doomed = await services.launch('inference', undefined, { MILLRACE_CRASH_POINTS: point });
      await publish(500);
      await doomed.ended(60_000);
      services.get('inference').start();
      await publish(100);
      await expectEachOnce();
    },
  );

  it('loses and doubles nothing when a frozen instance comes back after its partitions moved, through a swap', async () => {
    const second = await services.launch('inference');
    await second.ready();
    await publish(300);
    await second.signal('SIGSTOP');
    await publish(300);
    await world.promote(2, neighbours.keep(fixtureModel('linear-v2')));
    await expectEachOnce();
    await second.signal('SIGCONT');
    await publish(300);
    const seen = await expectEachOnce();
    expect(seen.filter((p) => p.sourceOffset >= published - 50).map((p) => p.modelVersion)).not.toContain('1');
    await second.stop();
    await publish(50);
    await expectEachOnce();
  });
});
