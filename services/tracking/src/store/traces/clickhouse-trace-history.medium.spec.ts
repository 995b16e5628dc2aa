import { ClickHouse, migrate, ownMigrations } from '@millrace/clickhouse';
import { clickhouseConfigFromEnv, readConfig } from '@millrace/service-kit';
import { testNamespace } from '@millrace/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { placedSpansOf, traceFactsOf } from '../../flow/traces/trace-facts.ts';
import { TraceHead } from '../../flow/traces/trace-head.ts';
import { resolveMetricFilter } from '../../flow/traces/metric-filter.ts';
import type { TraceMeasurement } from '../../flow/traces/query-trace-metrics.ts';
import type { Aggregation, AggregationType } from '../../flow/traces/trace-metric.ts';
import { resolveTraceFilter, resolveTraceOrder, type TraceSearch } from '../../flow/traces/trace-search.ts';
import { ClickHouseTraceHistory } from './clickhouse-trace-history.ts';
import { storedEvents as events } from './stored-traces-under-test.ts';

let clickhouse: ClickHouse;
let history: ClickHouseTraceHistory;

beforeAll(async () => {
  const { clickhouse: config } = readConfig({ clickhouse: clickhouseConfigFromEnv }, testNamespace().env);
  clickhouse = new ClickHouse(config);
  await migrate(clickhouse, ownMigrations, { info: () => undefined });
  const placed = events.map((event, offset) => ({ event, place: { partition: 0, offset } }));
  await clickhouse.insert(
    'trace_facts',
    placed
      .flatMap(({ event, place }) => traceFactsOf(event, place))
      .map((fact) => ({
        experiment_id: fact.experimentId,
        trace_id: fact.traceId,
        kind: fact.kind,
        key: fact.key,
        text: fact.text,
        removed: fact.removed,
        log_partition: fact.partition,
        log_offset: fact.offset,
        item: fact.item,
        recorded_at: new Date(fact.recordedAtMs).toISOString(),
        actor: fact.actor,
      })),
  );
  await clickhouse.insert(
    'spans',
    placed
      .flatMap(({ event, place }) => placedSpansOf(event, place))
      .map((span) => ({
        experiment_id: span.experimentId,
        trace_id: span.traceId,
        span_id: span.spanId,
        parent_span_id: span.parentSpanId ?? '',
        name: span.name,
        span_type: span.spanType,
        status: span.statusCode,
        status_message: span.statusMessage,
        start_ns: span.startNs,
        end_ns: span.endNs,
        attributes: span.attributes,
        events: span.events,
        links: span.links,
        resource: span.resource,
        log_partition: span.partition,
        log_offset: span.offset,
        item: span.item,
        recorded_at: new Date(span.recordedAtMs).toISOString(),
      })),
  );
  history = new ClickHouseTraceHistory(clickhouse, { until: () => Promise.resolve() });
});
afterAll(() => clickhouse?.close());

const search = (filter: string, more: Partial<TraceSearch> = {}): TraceSearch => ({
  experimentIds: ['7'],
  filter: resolveTraceFilter(filter),
  order: [],
  moment: [events.length],
  limit: 100,
  offset: 0,
  ...more,
});

describe('a search', () => {
  it.each<[string, string]>([
    ['', 'c g f b a'],
    ["status = 'OK'", 'c g b a'],
    ["status IN ('IN_PROGRESS', 'ERROR')", 'f'],
    ['timestamp_ms >= 20 AND timestamp_ms < 80', 'f b'],
    ['execution_time_ms > 5', 'c b'],
    ['end_time = 15', 'a'],
    ["request_id != 'a'", 'c g f b'],
    ["client_request_id = 'c-a'", 'a'],
    ["client_request_id = 'first-life'", ''],
    ["tag.team = 'Ri''sk'", 'a'],
    ["tag.team LIKE 'Ri%'", 'a'],
    ["tag.team ILIKE 'ri%'", 'a'],
    ["tag.team RLIKE 's.$'", 'a'],
    ['tag.team IS NULL', 'c g f b'],
    ['tag.team IS NOT NULL', 'a'],
    ["metadata.mlflow.trace.session = 's'", 'c'],
    ["run_id = 'r1'", 'c a'],
    ["prompt = 'p/1'", 'c'],
    ["span.type = 'LLM'", 'c'],
    ["span.type = 'LLM' AND span.status = 'ERROR'", ''],
    ["span.type = 'TOOL' AND span.status = 'ERROR'", 'c'],
    ["span.attributes.model = 'gpt-5'", 'c'],
    ["span.attributes.n = '3'", 'c'],
    ["span.content LIKE '%gpt%'", 'c'],
    ["feedback.ok = 'true'", 'a'],
    ["feedback.word = 'yes'", 'a'],
    ['feedback.score >= 0.75', 'a'],
    ['feedback.word > 0', ''],
    ['feedback.old = 1', ''],
    ["expectation.facts LIKE '%x%'", 'a'],
    ['feedback.ok IS NULL', 'c g f b'],
    ["status = 'IN_PROGRESS' OR tag.team = 'Ri''sk'", 'f a'],
    ["NOT (status = 'OK')", 'f'],
  ])('for %s finds %s', async (filter, found) => {
    expect((await history.search(search(filter))).join(' ')).toBe(found);
    expect(await history.count([search(filter)])).toEqual([found === '' ? 0 : found.split(' ').length]);
  });

  it.each<[string, string]>([
    ["feedback.quality = 'good'", 'x2 x1'],
    ['feedback.quality IS NOT NULL', 'x2 x1'],
    ['feedback.quality IS NULL', 'y2 y1'],
    ["feedback.single = 'bad'", 'y1'],
    ['feedback.single IS NULL', 'y2 x2 x1'],
    ["issue.id = 'iss-1'", 'x1'],
    ["issue.id = 'slow'", ''],
  ])('for %s, of a trace or of a whole session, finds %s', async (filter, found) => {
    expect((await history.search(search(filter, { experimentIds: ['6'] }))).join(' ')).toBe(found);
  });

  it('orders by attributes and tags, those without one last', async () => {
    const order = resolveTraceOrder(['tag.team DESC', 'timestamp ASC']);
    expect(await history.search(search('', { order }))).toEqual(['a', 'b', 'f', 'g', 'c']);
    expect(await history.search(search('', { order, offset: 1, limit: 2 }))).toEqual(['b', 'f']);
  });

  it('shows traces as they stood at its moment', async () => {
    expect(await history.search(search('', { moment: [6] }))).toEqual(['c', 'd', 'b', 'a']);
    expect(await history.search(search("tag.team = 'core'", { moment: [9] }))).toEqual(['b']);
    expect(await history.search(search('', { moment: [11] }))).toEqual(['c', 'g', 'f', 'b', 'a']);
  });

  it('orders what a filter found by several tags', async () => {
    const order = resolveTraceOrder(['tag.team', 'metadata.mlflow.sourceRun']);
    expect(await history.search(search("run_id = 'r1' AND tag.team IS NOT NULL", { order }))).toEqual(['a']);
  });

  it('refuses a pattern that the server does not know', async () => {
    await expect(history.search(search("tag.team RLIKE '(?=R)'"))).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
    });
  });
});

const by = (...types: AggregationType[]): Aggregation[] => types.map((type) => ({ type, percentile: null }));
const at = (percentile: number): Aggregation => ({ type: 'PERCENTILE', percentile });
const measure = async (
  name: string,
  { filters = [], ...said }: Partial<Omit<TraceMeasurement, 'filters'>> & { filters?: string[] } = {},
): Promise<unknown[]> => {
  const view = said.view ?? 'TRACES';
  const points = await history.measure({
    name,
    view,
    experimentIds: ['9'],
    aggregations: by('SUM'),
    dimensions: [],
    filters: filters.map((filter) => resolveMetricFilter(view, filter)),
    intervalSeconds: null,
    startMs: null,
    endMs: null,
    moment: [events.length],
    limit: 100,
    offset: 0,
    ...said,
  });
  return points.map(({ bucketMs, dimensions, values }) => [
    ...(bucketMs === null ? [] : [bucketMs]),
    ...dimensions,
    ...values,
  ]);
};

describe('a metric of traces', () => {
  it('counts traces and sessions', async () => {
    const count = { aggregations: by('COUNT') };
    expect(await measure('trace_count', count)).toEqual([[4]]);
    expect(await measure('session_count', count)).toEqual([[1]]);
    expect(await measure('trace_count', { ...count, dimensions: ['trace_status', 'trace_name'] })).toEqual([
      ['ERROR', 'chat', 1],
      ['OK', 'agent', 1],
      ['OK', 'chat', 1],
    ]);
    expect(await measure('trace_count', { ...count, dimensions: ['trace_status'] })).toEqual([
      ['ERROR', 1],
      ['OK', 3],
    ]);
    expect(await measure('trace_count', { ...count, experimentIds: ['none'] })).toEqual([[0]]);
  });

  it('sums up latencies, with percentiles between the values', async () => {
    const aggregations = [...by('AVG', 'MIN', 'MAX'), at(50), at(75)];
    expect(await measure('latency', { aggregations, filters: ["trace.tag.mlflow.traceName = 'chat'"] })).toEqual([
      [15, 10, 20, 15, 17.5],
    ]);
    expect(await measure('latency', { aggregations, experimentIds: ['none'] })).toEqual([
      [null, null, null, null, null],
    ]);
  });

  it('sums up tokens: what a client said, else what spans say that have nobody above them who does', async () => {
    expect(await measure('total_tokens', { dimensions: ['trace_name'] })).toEqual([
      ['agent', 50],
      ['chat', 100],
    ]);
    expect(await measure('total_tokens', { aggregations: by('SUM', 'MAX', 'MIN') })).toEqual([[157, 100, 7]]);
    expect(await measure('cache_read_input_tokens', { aggregations: by('SUM', 'AVG') })).toEqual([[2, 2]]);
    expect(await measure('cache_creation_input_tokens')).toEqual([[null]]);
  });

  it('knows the same total of a trace as the trace itself', async () => {
    const ids = ['m1', 'm2', 'm3', 'm4'];
    const totals = [];
    for (const traceId of ids) {
      const head = new TraceHead(traceId);
      head.foldHistory(await history.factsOf([traceId]), await history.countedSpansOf([traceId]));
      const said = head.info.metadata.get('mlflow.trace.tokenUsage');
      totals.push(said === undefined ? null : (JSON.parse(said) as { total_tokens: number }).total_tokens);
    }
    expect(totals).toEqual([100, null, 50, 7]);
    expect((await history.countedSpansOf(ids)).length).toBe(7);
  });

  it.each<[string, number]>([
    ["trace.status = 'ERROR'", 1],
    ["trace.tag.team = 'core'", 1],
    ["trace.metadata.`mlflow.trace.session` = 's1'", 2],
    ["trace.metadata.mlflow.sourceRun = 'r9'", 2],
  ])('where %s', async (filter, found) => {
    expect(await measure('trace_count', { aggregations: by('COUNT'), filters: [filter] })).toEqual([[found]]);
  });

  it('goes by intervals and windows of time, in pages', async () => {
    const minutes = { aggregations: by('COUNT'), intervalSeconds: 60, startMs: 2000, endMs: 120_000 };
    const all = [
      [0, 'ERROR', 1],
      [60_000, 'OK', 1],
      [120_000, 'OK', 1],
    ];
    expect(await measure('trace_count', { ...minutes, dimensions: ['trace_status'] })).toEqual(all);
    const page = { ...minutes, dimensions: ['trace_status'], offset: 1, limit: 1 };
    expect(await measure('trace_count', page)).toEqual(all.slice(1, 2));
  });
});

describe('a metric of spans', () => {
  const view = 'SPANS';

  it('counts them by what they are', async () => {
    const count = { view, aggregations: by('COUNT') } as const;
    expect(await measure('span_count', { ...count, dimensions: ['span_type', 'span_name'] })).toEqual([
      ['AGENT', 'agent', 1],
      ['LLM', 'call', 4],
      ['UNKNOWN', 'root', 1],
      ['UNKNOWN', 'step', 1],
    ]);
    expect(await measure('span_count', { ...count, dimensions: ['span_model_name'] })).toEqual([['tiny', 2]]);
    expect(
      await measure('span_count', {
        ...count,
        filters: ["span.type = 'LLM'", "trace.metadata.mlflow.sourceRun = 'r9'"],
      }),
    ).toEqual([[2]]);
    expect(
      await measure('span_count', { ...count, dimensions: ['span_status'], filters: ["span.name = 'step'"] }),
    ).toEqual([['UNSET', 1]]);
  });

  it('sums up their latencies and costs by the times of their own', async () => {
    expect(await measure('latency', { view, aggregations: by('MAX', 'MIN') })).toEqual([[400, 20]]);
    expect(await measure('total_cost', { view, dimensions: ['span_model_name'] })).toEqual([['tiny', 0.75]]);
    expect(await measure('total_cost', { view, startMs: 60_500, endMs: 70_000 })).toEqual([[0.25]]);
    expect(await measure('input_cost', { view })).toEqual([[null]]);
    expect(
      await measure('span_count', { view, aggregations: by('COUNT'), intervalSeconds: 60, startMs: 0, endMs: 2 ** 52 }),
    ).toEqual([
      [60_000, 4],
      [120_000, 3],
    ]);
  });
});

it('a metric of assessments leaves out those that others override', async () => {
  const view = 'ASSESSMENTS';
  const count = { view, aggregations: by('COUNT') } as const;
  expect(await measure('assessment_count', { ...count, dimensions: ['assessment_name'] })).toEqual([
    ['facts', 1],
    ['ok', 2],
    ['score', 1],
  ]);
  expect(await measure('assessment_count', { ...count, dimensions: ['assessment_value'] })).toEqual([
    ['"No "', 1],
    ['0.75', 1],
    ['["x"]', 1],
    ['true', 1],
  ]);
  expect(await measure('assessment_count', { ...count, filters: ["assessment.type = 'expectation'"] })).toEqual([[1]]);
  const values = { view, aggregations: by('AVG', 'MAX'), dimensions: ['assessment_name'] } as const;
  expect(await measure('assessment_value', { ...values, filters: ["trace.status = 'OK'"] })).toEqual([
    ['ok', 0.5, 1],
    ['score', 0.75, 0.75],
  ]);
});

it('a trace is the same from history and from its writes', async () => {
  for (const traceId of ['a', 'b', 'c', 'd', 'f', 'g']) {
    const written = new TraceHead(traceId);
    for (const [offset, event] of events.entries()) {
      if (event.traceId !== traceId) continue;
      for (const fact of traceFactsOf(event, { partition: 0, offset })) written.fold(fact);
      for (const span of placedSpansOf(event, { partition: 0, offset })) written.foldSpan(span);
    }
    const read = new TraceHead(traceId);
    read.foldHistory(await history.factsOf([traceId]), await history.spansOf([traceId]));
    expect([read.exists, read.info, read.spans]).toEqual([written.exists, written.info, written.spans]);
  }
});

it('the views show what the API shows', async () => {
  const traces = await clickhouse.query<Record<string, unknown>>(
    `SELECT trace_id, experiment_id, state, toUnixTimestamp64Milli(started_at) AS started, duration_ms, tags
     FROM ${clickhouse.qualified('v_traces')} WHERE experiment_id IN ('7', '8') ORDER BY trace_id`,
  );
  expect(traces).toEqual([
    { trace_id: 'a', experiment_id: '7', state: 'OK', started: 10, duration_ms: 5, tags: { team: "Ri'sk" } },
    { trace_id: 'b', experiment_id: '7', state: 'OK', started: 20, duration_ms: 50, tags: {} },
    { trace_id: 'c', experiment_id: '7', state: 'OK', started: 1000, duration_ms: 2000, tags: {} },
    { trace_id: 'e', experiment_id: '8', state: 'OK', started: 50, duration_ms: 5, tags: {} },
    { trace_id: 'f', experiment_id: '7', state: 'IN_PROGRESS', started: 60, duration_ms: 5, tags: {} },
    { trace_id: 'g', experiment_id: '7', state: 'OK', started: 80, duration_ms: 1, tags: {} },
  ]);
  const spans = await clickhouse.query<Record<string, unknown>>(
    `SELECT trace_id, name, span_type, status, duration_ms, attributes['model'] AS model
     FROM ${clickhouse.qualified('v_spans')} WHERE experiment_id IN ('7', '8') ORDER BY trace_id, span_id`,
  );
  expect(spans).toEqual([
    { trace_id: 'c', name: 'root', span_type: 'LLM', status: 'UNSET', duration_ms: 2000, model: '"gpt-5"' },
    { trace_id: 'c', name: 'tool', span_type: 'TOOL', status: 'ERROR', duration_ms: 2000, model: '' },
    { trace_id: 'g', name: 'root', span_type: '', status: 'UNSET', duration_ms: 1, model: '' },
  ]);
  const assessments = await clickhouse.query<Record<string, unknown>>(
    `SELECT name, kind, value, valid FROM ${clickhouse.qualified('v_assessments')} WHERE experiment_id IN ('7', '8') ORDER BY assessment_id`,
  );
  expect(assessments).toEqual([
    { name: 'ok', kind: 'feedback', value: 'true', valid: true },
    { name: 'score', kind: 'feedback', value: '0.75', valid: true },
    { name: 'word', kind: 'feedback', value: '"yes"', valid: true },
    { name: 'facts', kind: 'expectation', value: '["x"]', valid: true },
    { name: 'old', kind: 'feedback', value: '1', valid: false },
  ]);
});
