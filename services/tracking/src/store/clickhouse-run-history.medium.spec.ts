import { ClickHouse, migrate } from '@millrace/clickhouse';
import type { RunEvent } from '@millrace/schemas';
import { clickhouseConfigFromEnv, readConfig } from '@millrace/service-kit';
import { testNamespace } from '@millrace/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { factsOf, type RunFact } from '../flow/run-facts.ts';
import { RunHead } from '../flow/run-head.ts';
import { searchClauses, searchOrder, type RunSearch } from '../flow/run-search.ts';
import { ClickHouseRunHistory } from './clickhouse-run-history.ts';
import { migrationsFolder } from './migrations-folder.ts';

const nothing: RunEvent = {
  eventId: 'e',
  subject: 'run',
  id: '',
  experimentId: '1',
  type: 'logged',
  atMs: 1_700_000_000_000,
  actor: 'ada',
  attributes: {},
  metrics: [],
  params: [],
  tags: [],
  datasets: [],
  modelInputs: [],
  modelOutputs: [],
  artifacts: [],
  requestId: null,
  voids: [],
};
const point = (key: string, value: number, step: number) => ({
  key,
  value,
  step,
  timestampMs: step,
  modelId: null,
  runId: null,
  datasetName: null,
  datasetDigest: null,
});
const created = (id: string, startTime: number, more: Partial<RunEvent> = {}): RunEvent => ({
  ...nothing,
  id,
  type: 'created',
  ...more,
  attributes: {
    name: `run-${id}`,
    status: 'FINISHED',
    created_time: '1',
    start_time: String(startTime),
    user_id: 'ada',
    ...more.attributes,
  },
});

const events: RunEvent[] = [
  created('a', 10, {
    params: [{ key: 'lr', value: '0.1' }],
    tags: [{ key: 'team', value: "Ri'sk" }],
    metrics: [point('auc', 0.9, 1), point('auc', 0.5, 2)],
  }),
  created('b', 20, {
    params: [{ key: 'lr', value: '0.2' }],
    metrics: [point('auc', 0.7, 1), point('auc', 0.7, 1)],
    attributes: { end_time: '25' },
  }),
  created('c', 30, {
    tags: [{ key: 'team', value: 'core' }],
    metrics: [point('auc', Number.NaN, 1)],
    attributes: { status: 'FAILED' },
  }),
  created('d', 40, {
    datasets: [
      {
        name: 'cards',
        digest: 'x1',
        sourceType: 's',
        source: '{}',
        schema: null,
        profile: null,
        tags: [{ key: 'mlflow.data.context', value: 'train' }],
      },
    ],
  }),
  created('gone', 50, { attributes: { lifecycle_stage: 'active' } }),
  { ...nothing, id: 'gone', attributes: { lifecycle_stage: 'deleted' } },
  { ...nothing, id: 'c', tags: [{ key: 'team', value: null }] },
  { ...nothing, id: 'a', params: [{ key: 'lr', value: 'too late' }] },
  created('other', 60, { experimentId: '2' }),
  // Refused: another value of a param that it has, and a tag and points beside it.
  {
    ...nothing,
    id: 'b',
    params: [{ key: 'lr', value: '9' }],
    tags: [{ key: 'team', value: 'refused' }],
    metrics: [point('auc', 99, 99), point('refused', 1, 1)],
  },
  { ...nothing, id: 'b', type: 'voided', voids: [9] },
];

let clickhouse: ClickHouse;
let history: ClickHouseRunHistory;
let database: string;

beforeAll(async () => {
  const namespace = testNamespace();
  const { clickhouse: config } = readConfig({ clickhouse: clickhouseConfigFromEnv }, namespace.env);
  database = config.database;
  clickhouse = new ClickHouse(config);
  await migrate(clickhouse, migrationsFolder, { info: () => undefined });
  const facts = events.flatMap((event, offset) => factsOf(event, { partition: 0, offset }));
  // Twice: a row that a crash wrote again must change nothing before the merges have been.
  for (const token of ['first', 'again']) {
    await clickhouse.insert('run_facts', facts.filter(({ kind }) => kind !== 'void').map(rowOf), token);
    const voids = facts.filter(({ kind }) => kind === 'void');
    await clickhouse.insert(
      'run_voids',
      voids.map(({ subject, id, key }) => ({ subject, id, log_offset: Number(key) })),
      token,
    );
  }
  history = new ClickHouseRunHistory(clickhouse, {
    positions: { waitFor: () => Promise.resolve({ reached: true }) },
    topic: 'tracking.runs',
    timeoutMs: 1000,
  });
});
afterAll(async () => {
  await clickhouse.command(`DROP DATABASE IF EXISTS ${database}`);
  await clickhouse.close();
});

function rowOf(fact: RunFact): Record<string, unknown> {
  const {
    experimentId,
    timestampMs,
    modelId,
    runId,
    datasetName,
    datasetDigest,
    partition,
    offset,
    recordedAtMs,
    number,
    ...same
  } = fact;
  return {
    ...same,
    number: Number.isNaN(number) ? 'nan' : number,
    experiment_id: experimentId,
    timestamp_ms: timestampMs,
    model_id: modelId,
    run_id: runId,
    dataset_name: datasetName,
    dataset_digest: datasetDigest,
    log_partition: partition,
    log_offset: offset,
    recorded_at: new Date(recordedAtMs).toISOString(),
  };
}

const search = (filter: string, orderBy: string[] = ['start_time ASC'], more: Partial<RunSearch> = {}) =>
  history.search({
    subject: 'run',
    experimentIds: ['1'],
    deletedExperimentIds: [],
    viewType: 'ACTIVE_ONLY',
    clauses: searchClauses(filter),
    order: searchOrder(orderBy),
    limit: 100,
    offset: 0,
    ...more,
  });

describe('a search', () => {
  it.each([
    ['', ['a', 'b', 'c', 'd']],
    ['metrics.auc > 0.4', ['a', 'b']],
    ['metrics.auc >= 0.7', ['b']],
    ['metrics.auc = 0.5', ['a']],
    ["params.lr = '0.1'", ['a']],
    ["params.lr != '0.1'", ['b']],
    ["params.lr LIKE '0.%'", ['a', 'b']],
    ['params.lr IS NULL', ['c', 'd']],
    ['params.lr IS NOT NULL', ['a', 'b']],
    ["tags.team = 'Ri''sk'", ['a']],
    ["tags.team ILIKE 'RI%'", ['a']],
    ['tags.team IS NULL', ['b', 'c', 'd']],
    ["status = 'FAILED'", ['c']],
    ["attributes.run_name = 'run-b'", ['b']],
    ["run_id IN ('a', 'd', 'gone')", ['a', 'd']],
    ["run_id NOT IN ('a')", ['b', 'c', 'd']],
    ['start_time > 15 AND start_time <= 30', ['b', 'c']],
    ['end_time > 0', ['b']],
    ["datasets.name = 'cards' AND dataset.context = 'train'", ['d']],
    ["datasets.digest IN ('x1')", ['d']],
    ["metrics.auc > 0.4 AND params.lr = '0.2'", ['b']],
    ["params.`lr'; DROP TABLE run_facts` = 'x'", []],
  ])('for %s', async (filter, ids) => {
    expect(await search(filter)).toEqual(ids);
  });

  it('orders by metrics with NaN and missing last either way, and by start time where nothing else is said', async () => {
    expect(await search('', ['metrics.auc ASC'])).toEqual(['a', 'b', 'd', 'c']);
    expect(await search('', ['metrics.auc DESC'])).toEqual(['b', 'a', 'd', 'c']);
    expect(await search('', ['params.lr DESC'])).toEqual(['b', 'a', 'd', 'c']);
    expect(await search('', ['tags.team', 'attributes.start_time ASC'])).toEqual(['a', 'b', 'c', 'd']);
    expect(await search('', [])).toEqual(['d', 'c', 'b', 'a']);
  });

  it('shows deleted runs when they are asked for, and those of a deleted experiment with them', async () => {
    expect(await search('', undefined, { viewType: 'DELETED_ONLY' })).toEqual(['gone']);
    expect(await search('', undefined, { viewType: 'ALL' })).toEqual(['a', 'b', 'c', 'd', 'gone']);
    const deletedExperimentIds = ['2'];
    expect(await search('', undefined, { deletedExperimentIds })).toEqual(['a', 'b', 'c', 'd']);
    expect(await search('', undefined, { deletedExperimentIds, viewType: 'DELETED_ONLY' })).toEqual(['gone', 'other']);
  });

  it('pages', async () => {
    expect(await search('', undefined, { limit: 2, offset: 1 })).toEqual(['b', 'c']);
  });
});

it('a run read back is the run that was written', async () => {
  const head = new RunHead('run', 'a');
  for (const fact of await history.factsOf('run', ['a'])) head.fold(fact);
  expect(head.param('lr')?.text).toBe('0.1');
  expect(head.tag('team')).toBe("Ri'sk");
  expect(head.metrics.map(({ key, number, step }) => [key, number, step])).toEqual([['auc', 0.5, 2]]);
  expect(head.updatedAtMs).toBe(1_700_000_000_000);
});

it('reads as many runs at once as a search may find', async () => {
  const unknown = Array.from({ length: 5_000 }, (_, i) => `${i}`.padStart(32, '0'));
  const facts = await history.factsOf('run', ['a', ...unknown, 'b']);
  expect(new Set(facts.map(({ id }) => id))).toEqual(new Set(['a', 'b']));
});

it('the history of a metric holds each point once, NaN too', async () => {
  const points = async (runId: string) =>
    (await history.metricHistory({ runId, key: 'auc', limit: 10, offset: 0 })).map(({ step, number }) => [
      step,
      number,
    ]);
  expect(await points('a')).toEqual([
    [1, 0.9],
    [2, 0.5],
  ]);
  expect(await points('b')).toEqual([[1, 0.7]]);
  expect(await points('c')).toEqual([[1, Number.NaN]]);
});

it('analysts see runs as they stand and every point once', async () => {
  const runs = await clickhouse.query<Record<string, unknown>>(
    `SELECT run_id, name, status, lifecycle_stage, params, tags, metrics, ended_at IS NULL AS running FROM ${clickhouse.qualified('v_runs')} WHERE run_id IN ('a', 'gone', 'c') ORDER BY run_id`,
  );
  expect(runs).toMatchObject([
    { run_id: 'a', name: 'run-a', params: { lr: '0.1' }, tags: { team: "Ri'sk" }, metrics: { auc: 0.5 } },
    { run_id: 'c', status: 'FAILED', tags: {} },
    { run_id: 'gone', lifecycle_stage: 'deleted' },
  ]);
  const points = await clickhouse.queryOne<{ points: number }>(
    `SELECT count() AS points FROM ${clickhouse.qualified('v_run_metrics')}`,
  );
  expect(points?.points).toBe(4);
});
