import { ClickHouse, migrate, ownMigrations } from '@millrace/clickhouse';
import type { TraceEvent } from '@millrace/schemas';
import { clickhouseConfigFromEnv, readConfig } from '@millrace/service-kit';
import { testNamespace } from '@millrace/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { placedSpansOf, traceFactsOf } from '../../flow/traces/trace-facts.ts';
import { TraceHead } from '../../flow/traces/trace-head.ts';
import { resolveTraceFilter, resolveTraceOrder, type TraceSearch } from '../../flow/traces/trace-search.ts';
import { traceEvent, traceSpan } from '../../flow/traces/trace-under-test.ts';
import { ClickHouseTraceHistory } from './clickhouse-trace-history.ts';

const assessment = (id: string, said: object): { id: string; json: string } => ({
  id,
  json: JSON.stringify({ assessment_id: id, valid: true, source: { source_type: 'HUMAN', source_id: 'ada' }, ...said }),
});
const started = (traceId: string, timeMs: number, more: Partial<TraceEvent> = {}): TraceEvent =>
  traceEvent({
    type: 'started',
    traceId,
    ...more,
    attributes: { request_time_ms: String(timeMs), execution_duration_ms: '5', state: 'OK', ...more.attributes },
  });

/** Offset is the place in the list. */
const events: TraceEvent[] = [
  started('a', 10, {
    tags: [{ key: 'team', value: "Ri'sk" }],
    metadata: { 'mlflow.sourceRun': 'r1' },
    attributes: { client_request_id: 'c-a' },
  }),
  started('b', 20, { tags: [{ key: 'team', value: 'core' }], attributes: { execution_duration_ms: '50' } }),
  traceEvent({
    traceId: 'c',
    spans: [
      traceSpan({ attributes: { model: '"gpt-5"', n: '3', 'session.id': '"s"' }, spanType: 'LLM' }),
      traceSpan({ spanId: 'b', parentSpanId: '00000000000000a1', name: 'tool', spanType: 'TOOL', statusCode: 'ERROR' }),
    ],
  }),
  traceEvent({ traceId: 'c', type: 'linked', runIds: ['r1'], promptVersions: ['p/1'] }),
  traceEvent({
    traceId: 'a',
    type: 'assessed',
    assessments: [
      assessment('1', { assessment_name: 'ok', feedback: { value: true } }),
      assessment('2', { assessment_name: 'score', feedback: { value: 0.75 } }),
      assessment('3', { assessment_name: 'word', feedback: { value: 'yes' } }),
      assessment('4', { assessment_name: 'facts', expectation: { serialized_value: { value: '["x"]' } } }),
      assessment('5', { assessment_name: 'old', valid: false, feedback: { value: 1 } }),
    ],
  }),
  started('d', 40, { tags: [{ key: 'team', value: 'gone' }], attributes: { client_request_id: 'first-life' } }),
  traceEvent({ traceId: 'd', type: 'deleted' }),
  started('e', 50, { experimentId: '8' }),
  started('f', 60, { attributes: { state: 'IN_PROGRESS' } }),
  traceEvent({ traceId: 'b', type: 'tagged', tags: [{ key: 'team', value: null }] }),
  started('g', 70),
  traceEvent({ traceId: 'g', type: 'deleted' }),
  traceEvent({ traceId: 'g', spans: [traceSpan({ startNs: '80000000', endNs: '81000000' })] }),
];

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

  it('refuses a pattern that the server does not know', async () => {
    await expect(history.search(search("tag.team RLIKE '(?=R)'"))).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
    });
  });
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
     FROM ${clickhouse.qualified('v_traces')} ORDER BY trace_id`,
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
     FROM ${clickhouse.qualified('v_spans')} ORDER BY trace_id, span_id`,
  );
  expect(spans).toEqual([
    { trace_id: 'c', name: 'root', span_type: 'LLM', status: 'UNSET', duration_ms: 2000, model: '"gpt-5"' },
    { trace_id: 'c', name: 'tool', span_type: 'TOOL', status: 'ERROR', duration_ms: 2000, model: '' },
    { trace_id: 'g', name: 'root', span_type: '', status: 'UNSET', duration_ms: 1, model: '' },
  ]);
  const assessments = await clickhouse.query<Record<string, unknown>>(
    `SELECT name, kind, value, valid FROM ${clickhouse.qualified('v_assessments')} ORDER BY assessment_id`,
  );
  expect(assessments).toEqual([
    { name: 'ok', kind: 'feedback', value: 'true', valid: true },
    { name: 'score', kind: 'feedback', value: '0.75', valid: true },
    { name: 'word', kind: 'feedback', value: '"yes"', valid: true },
    { name: 'facts', kind: 'expectation', value: '["x"]', valid: true },
    { name: 'old', kind: 'feedback', value: '1', valid: false },
  ]);
});
