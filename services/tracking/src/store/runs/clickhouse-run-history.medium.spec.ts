import { ClickHouse, migrate, ownMigrations } from '@millrace/clickhouse';
import type { RunEvent } from '@millrace/schemas';
import { clickhouseConfigFromEnv, readConfig } from '@millrace/service-kit';
import { testNamespace } from '@millrace/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { factsOf } from '../../flow/runs/run-facts.ts';
import { RunHead } from '../../flow/runs/run-head.ts';
import { ExperimentIndex } from '../../flow/run-index/experiment-index.ts';
import { IndexedRun } from '../../flow/run-index/indexed-run.ts';
import { headsOfEvents, randomEvents, randomSearch, searchByHand } from '../../flow/run-index/search-by-hand.ts';
import { searchIndex } from '../../flow/run-index/search-index.ts';
import { searchExpression, searchOrder, type RunSearch } from '../../flow/runs/run-search.ts';
import { ClickHouseMetricHistory } from './clickhouse-metric-history.ts';
import { ClickHouseRunHistory } from './clickhouse-run-history.ts';
import { insertRows } from './insert-rows.ts';
import { rowsOf } from './run-facts.sink.ts';
import { nothingSaid } from '../../flow/runs/nothing-said.ts';

const nothing: RunEvent = {
  eventId: 'e',
  subject: 'run',
  id: '',
  experimentId: '1',
  type: 'logged',
  atMs: 1_700_000_000_000,
  actor: 'ada',
  ...nothingSaid,
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
  await migrate(clickhouse, ownMigrations, { info: () => undefined });
  // Twice: a row that a crash wrote again must change nothing before the merges have been.
  for (const token of ['first', 'again']) await insertRows(clickhouse, rowsOfLog(events), token);
  history = new ClickHouseRunHistory(clickhouse, {
    positions: { waitFor: () => Promise.resolve({ reached: true }), applied: () => Promise.resolve([events.length]) },
    topic: 'tracking.runs',
    timeoutMs: 1000,
  });
});
afterAll(async () => {
  await clickhouse.command(`DROP DATABASE IF EXISTS ${database}`);
  await clickhouse.close();
});

const rowsOfLog = (some: readonly RunEvent[], log = some) =>
  some.flatMap((event) => rowsOf(factsOf(event, { partition: 0, offset: log.indexOf(event) })));

const search = async (filter: string, orderBy: string[] = ['start_time ASC'], more: Partial<RunSearch> = {}) => {
  const found = await history.search({
    subject: 'run',
    experimentIds: ['1'],
    deletedExperimentIds: [],
    viewType: 'ACTIVE_ONLY',
    where: searchExpression('run', filter),
    order: searchOrder('run', orderBy),
    after: undefined,
    limit: 100,
    ...more,
  });
  return found.map(({ id }) => id);
};

it('tells which runs it has a write of, and how far it has come, without waiting', async () => {
  const stored = await history.storedNow([
    { subject: 'run', id: 'a' },
    { subject: 'logged-model', id: 'a' },
    { subject: 'run', id: "nobody's" },
  ]);
  expect(stored.storedTo).toEqual([events.length]);
  expect(stored.has({ subject: 'run', id: 'a' })).toBe(true);
  expect(stored.has({ subject: 'logged-model', id: 'a' })).toBe(false);
  expect(stored.has({ subject: 'run', id: "nobody's" })).toBe(false);
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
    ["NOT (params.lr = '0.1' OR metrics.auc = 0.7)", ['c', 'd']],
    ["metrics.refused > 0 OR tags.team = 'refused'", []],
    ["params.`lr'; DROP TABLE run_facts` = 'x'", []],
  ])('for %s', async (filter, ids) => {
    expect(await search(filter)).toEqual(ids);
  });

  it('orders by metrics with NaN last and missing behind it either way, and by start time where nothing else is said', async () => {
    expect(await search('', ['metrics.auc ASC'])).toEqual(['a', 'b', 'c', 'd']);
    expect(await search('', ['metrics.auc DESC'])).toEqual(['b', 'a', 'c', 'd']);
    expect(await search('', ['params.lr DESC'])).toEqual(['b', 'a', 'd', 'c']);
    expect(await search('', ['tags.team', 'attributes.start_time ASC'])).toEqual(['a', 'b', 'c', 'd']);
    expect(await search('', [])).toEqual(['d', 'c', 'b', 'a']);
  });

  it('shows deleted runs when they are asked for, and those of a deleted experiment with them', async () => {
    expect(await search('', undefined, { viewType: 'DELETED_ONLY' })).toEqual(['gone']);
    expect(await search('', undefined, { viewType: 'ALL' })).toEqual(['a', 'b', 'c', 'd', 'gone']);
    const both = { experimentIds: ['1', '2'], deletedExperimentIds: ['2'] };
    expect(await search('', undefined, both)).toEqual(['a', 'b', 'c', 'd']);
    expect(await search('', undefined, { ...both, viewType: 'DELETED_ONLY' })).toEqual(['gone', 'other']);
  });

  it('takes more experiments than one query does', async () => {
    const experimentIds = ['2', ...Array.from({ length: 20_000 }, (_, index) => String(1000 + index)), '1'];
    expect(await search('', undefined, { experimentIds })).toEqual(['a', 'b', 'c', 'd', 'other']);
  });
});

it('memory, SQL and a search by hand find the same runs in the same order, from any place on', async () => {
  const log = randomEvents({ runs: 60, seed: 11, experimentId: '7' });
  // In several parts, which hold rows of the same keys until they are merged; the later ones first.
  const parts = [log.filter((_, place) => place % 3 === 2), log.filter((_, place) => place % 3 !== 2)];
  for (const part of parts) await insertRows(clickhouse, rowsOfLog(part, log), `random ${part.length}`);
  const index = new ExperimentIndex('run', '7');
  for await (const page of history.latestOf('run', '7')) for (const fact of page) index.fold(fact);
  const heads = headsOfEvents(log);
  const ids = heads.map(({ id }) => id).sort();
  expect(Array.from({ length: index.size }, (_, row) => index.idOf(row)).sort()).toEqual(ids);
  for (const query of fc.sample(randomSearch, { numRuns: 30, seed: 5 })) {
    const wanted = searchByHand(heads, { ...query, after: undefined, limit: 100 });
    const after = wanted[Math.floor(wanted.length / 3)];
    const search = { ...query, after, limit: 7 };
    const expected = searchByHand(heads, search);
    expect(searchIndex(index, { ...search, experimentIsDeleted: false }), JSON.stringify(query)).toMatchObject(
      expected,
    );
    const found = await history.search({ ...search, experimentIds: ['7'], deletedExperimentIds: [] });
    expect(found, JSON.stringify(query)).toEqual(expected);
  }
});

it('a run read back is the run that was written', async () => {
  const head = new RunHead('run', 'a');
  for (const fact of await history.factsOf('run', ['a'])) head.fold(fact);
  expect(head.param('lr')?.text).toBe('0.1');
  expect(head.tag('team')).toBe("Ri'sk");
  expect(head.metrics.map(({ key, number, step }) => [key, number, step])).toEqual([['auc', 0.5, 2]]);
  expect(head.updatedAtMs).toBe(1_700_000_000_000);
});

it.each([
  ["model_type = 'onnx' AND source_run_id = 'r1'", ['m-1']],
  ["status = 'READY'", ['m-2']],
  ["attributes.status != 'LOGGED_MODEL_READY' AND model_id LIKE 'm-%'", ['m-1']],
  ['last_updated_timestamp > 1700000000000', ['m-2']],
  ['', ['m-2', 'm-1']],
])('models are found by what only they have, in memory and in SQL: %s', async (filter, ids) => {
  const model = (id: string, atMs: number, attributes: Record<string, string>): RunEvent => ({
    ...created(id, 1, { subject: 'logged-model', experimentId: '4', attributes }),
    atMs,
  });
  const log = [
    model('m-1', nothing.atMs, { model_type: 'onnx', source_run_id: 'r1', status: 'LOGGED_MODEL_PENDING' }),
    model('m-2', nothing.atMs + 1, { status: 'LOGGED_MODEL_READY' }),
  ];
  await insertRows(clickhouse, rowsOfLog(log), 'models');
  const query = {
    subject: 'logged-model',
    viewType: 'ALL',
    where: searchExpression('logged-model', filter),
    order: searchOrder('logged-model', ['last_updated_time DESC']),
    after: undefined,
    limit: 9,
  } as const;
  const found = await history.search({ ...query, experimentIds: ['4'], deletedExperimentIds: [] });
  expect(found.map(({ id }) => id)).toEqual(ids);
  const index = new ExperimentIndex('logged-model', '4');
  for await (const page of history.latestOf('logged-model', '4')) for (const fact of page) index.fold(fact);
  expect(searchIndex(index, { ...query, experimentIsDeleted: false })).toMatchObject(found);
});

it('a run is read as it was at an offset, without writes that the reader leaves out', async () => {
  const read = async (before: number, except: number[] = []) => {
    const head = new RunHead('run', 'windowed');
    for (const fact of await history.factsOf('run', ['windowed'], { before, except })) head.fold(fact);
    return [head.tag('t'), ...head.metrics.map(({ number }) => number)];
  };
  const writes = [1, 2, 3].map((step) => ({
    ...nothing,
    id: 'windowed',
    experimentId: '3',
    attributes: { created_time: '1' },
    tags: [{ key: 't', value: String(step) }],
    metrics: [point('m', step / 10, step)],
  }));
  await insertRows(clickhouse, rowsOfLog(writes), 'windowed');
  expect(await read(3)).toEqual(['3', 0.3]);
  expect(await read(2)).toEqual(['2', 0.2]);
  expect(await read(3, [2, 1])).toEqual(['1', 0.1]);
  expect(await read(0)).toEqual([undefined]);
});

it('a run of which a write is void is read without it, alone and among its experiment', async () => {
  const alone = new RunHead('run', 'b');
  for (const fact of await history.factsOf('run', ['b'])) alone.fold(fact);
  const index = new ExperimentIndex('run', '1');
  for await (const page of history.latestOf('run', '1')) for (const fact of page) index.fold(fact);
  const row = Array.from({ length: index.size }, (_, at) => at).find((at) => index.idOf(at) === 'b');
  for (const head of [alone, new IndexedRun(index, row ?? -1)]) {
    expect(head.params.map(({ key, text }) => [key, text])).toEqual([['lr', '0.2']]);
    expect(head.tags).toEqual([]);
    expect(head.metrics.map(({ key, number }) => [key, number])).toEqual([['auc', 0.7]]);
  }
});

it('reads as many runs at once as a search may find', async () => {
  const unknown = Array.from({ length: 5_000 }, (_, i) => `${i}`.padStart(32, '0'));
  const facts = await history.factsOf('run', ['a', ...unknown, 'b']);
  expect(new Set(facts.map(({ id }) => id))).toEqual(new Set(['a', 'b']));
});

describe('the history of a metric', () => {
  const points = new Map<string, readonly (readonly [step: number, value: number])[]>([
    [
      'a',
      [
        [1, 0.9],
        [2, 0.5],
      ],
    ],
    ['b', [[1, 0.7]]],
    ['c', [[1, Number.NaN]]],
  ]);

  it.each(['a', 'b', 'c'])('of run %s is read in order from any of its points on', async (runId) => {
    const metrics = new ClickHouseMetricHistory(clickhouse);
    const all = await metrics.page({ runId, key: 'auc', after: undefined, limit: 100 });
    const distinct = [...new Map(all.map((one) => [JSON.stringify([one.step, String(one.value)]), one])).values()];
    expect(distinct.map(({ step, value }) => [step, value])).toEqual(points.get(runId));
    for (const [index, after] of distinct.entries()) {
      const rest = await metrics.page({ runId, key: 'auc', after, limit: 1 });
      expect(rest).toEqual(distinct.slice(index + 1, index + 2));
    }
  });

  it('of several runs has each point once, by run', async () => {
    const metrics = new ClickHouseMetricHistory(clickhouse);
    const found = await metrics.firstOfRuns({ runIds: ['b', 'a', 'nobody'], key: 'auc', limit: 2 });
    expect(found.map(({ runId, step }) => [runId, step])).toEqual([
      ['a', 1],
      ['a', 2],
    ]);
  });

  it('is cut into equal shares, of which the first point stands, and the last point of all', async () => {
    const metrics = new ClickHouseMetricHistory(clickhouse);
    const steps = Array.from({ length: 11 }, (_, step) => point('loss', step / 10, step));
    const facts = factsOf({ ...nothing, id: 'long', metrics: steps }, { partition: 0, offset: 1000 });
    await insertRows(clickhouse, rowsOf(facts), 'long');
    const stepsOf = async (limit: number, range?: { start: number; end: number }) =>
      (await metrics.shares({ runId: 'long', key: 'loss', steps: range, limit })).map(({ step }) => step);
    expect(await stepsOf(4)).toEqual([0, 3, 6, 9, 10]);
    expect(await stepsOf(1)).toEqual([0, 10]);
    expect(await stepsOf(11)).toHaveLength(11);
    expect(await stepsOf(100, { start: 3, end: 5 })).toEqual([3, 4, 5]);
  });
});

it('points and writes of the layout before are moved, and such as an older instance still writes', async () => {
  const old = (id: string, logOffset: number) => ({
    subject: 'run',
    id,
    experiment_id: '8',
    key: 'm',
    log_offset: logOffset,
    recorded_at: '2026-01-01T00:00:00Z',
  });
  await clickhouse.insert('run_facts', [
    { ...old('old', 1), kind: 'attribute', key: 'created_time', text: '1' },
    { ...old('old', 2), kind: 'param', text: 'first' },
    { ...old('old', 3), kind: 'param', text: 'second' },
    { ...old('old', 4), kind: 'metric', number: 0.5, step: 1, timestamp_ms: 5 },
    { ...old('old', 5), kind: 'metric', number: 0.25, step: 0, timestamp_ms: 4 },
  ]);
  const head = new RunHead('run', 'old');
  for (const fact of await history.factsOf('run', ['old'])) head.fold(fact);
  expect(head.metrics).toMatchObject([{ number: 0.5, step: 1, timestampMs: 5 }]);
  const metrics = new ClickHouseMetricHistory(clickhouse);
  expect(await metrics.page({ runId: 'old', key: 'm', after: undefined, limit: 5 })).toEqual([
    { timestampMs: 4, step: 0, value: 0.25 },
    { timestampMs: 5, step: 1, value: 0.5 },
  ]);
  expect(await search("params.m = 'first' AND metrics.m = 0.5", undefined, { experimentIds: ['8'] })).toEqual(['old']);
});

it('analysts see runs as they stand and every point once', async () => {
  const runs = await clickhouse.query<Record<string, unknown>>(
    `SELECT run_id, name, status, lifecycle_stage, params, tags, metrics, ended_at IS NULL AS running FROM ${clickhouse.qualified('v_runs')} WHERE run_id IN ('a', 'b', 'gone', 'c') ORDER BY run_id`,
  );
  expect(runs).toMatchObject([
    { run_id: 'a', name: 'run-a', params: { lr: '0.1' }, tags: { team: "Ri'sk" }, metrics: { auc: 0.5 } },
    { run_id: 'b', params: { lr: '0.2' }, tags: {}, metrics: { auc: 0.7 } },
    { run_id: 'c', status: 'FAILED', tags: {} },
    { run_id: 'gone', lifecycle_stage: 'deleted' },
  ]);
  const points = await clickhouse.queryOne<{ points: number }>(
    `SELECT count() AS points FROM ${clickhouse.qualified('v_run_metrics')} WHERE experiment_id = '1' AND metric = 'auc'`,
  );
  expect(points?.points).toBe(4);
});
