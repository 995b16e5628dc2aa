import { gzipSync, deflateRawSync } from 'node:zlib';
import { runServices, testNamespace, type RunningServices } from '@millrace/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { runMlflowClient } from './run-mlflow-client.ts';

/** Whatever the routes of these tests answer. */
interface Answer {
  readonly error_code?: string;
  readonly detail?: unknown;
  readonly next_page_token?: string;
  readonly traces: readonly { readonly trace_id: string }[];
  readonly data_points: unknown;
  readonly records: string;
  readonly dataset: { readonly dataset_id: string; readonly profile: string };
  readonly run: { readonly info: { readonly run_id: string } };
  readonly trace_info: { readonly request_id: string; readonly status: string };
  readonly trace: {
    readonly trace_info: {
      readonly state: string;
      readonly tags: Readonly<Record<string, string>>;
      readonly trace_metadata: Readonly<Record<string, string>>;
    };
    readonly spans: readonly { readonly name: string; readonly attributes: readonly unknown[] }[];
  };
}

let services: RunningServices;
let gateway: string;
let instances: string[];
const step = <T>(what: string): Promise<T> =>
  runMlflowClient<T>(services.env, gateway, [what, 'llm'], 'mlflow_traces.py');

beforeAll(async () => {
  services = await runServices(testNamespace(), ['tracking']);
  const second = await services.launch('tracking');
  gateway = (await services.launch('gateway')).url;
  await second.ready();
  await vi.waitFor(() => fetch(`${gateway}/health/live`), { timeout: 120_000, interval: 100 });
  instances = [services.url('tracking'), second.url];
});
afterAll(() => services?.stop());

async function call(
  address: string,
  { method = 'GET', body, headers }: { method?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<{ status: number; body: Answer }> {
  const raw = body instanceof Uint8Array || body === undefined ? body : JSON.stringify(body);
  const response = await fetch(address, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(raw !== undefined && { body: raw }),
  });
  const text = await response.text();
  return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Answer };
}

const hexId = (index: number): string => index.toString(16).padStart(32, '0');
/** An export of one trace with one span. */
function exportOf(index: number, more: object = {}): Buffer {
  const span = {
    traceId: hexId(index),
    spanId: '00000000000000aa',
    name: 'call',
    startTimeUnixNano: `${1_750_000_000_000 + index}000001`,
    endTimeUnixNano: `${1_750_000_000_500 + index}000001`,
    attributes: [{ key: 'tokens', value: { intValue: '9007199254740993' } }],
    ...more,
  };
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] };
  return Buffer.from(JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans: [span] }] }] }));
}
const send = (base: string, body: Buffer, headers: Record<string, string> = {}) =>
  call(`${base}/v1/traces`, { method: 'POST', body, headers: { 'x-mlflow-experiment-id': '0', ...headers } });
const traceOf = async (base: string, index: number) =>
  call(`${base}/api/3.0/mlflow/traces/get?trace_id=tr-${hexId(index)}`);

describe('the unmodified MLflow client', () => {
  it('traces functions and finds the traces', async () => {
    const risk = '{"question": "risk"}';
    const price = '{"question": "price"}';
    const fail = '{"question": "fail"}';
    expect(await step('trace')).toMatchObject({
      previews: [fail, price, risk],
      states: ['ERROR', 'OK', 'OK'],
      spans: [
        ['answer', 'CHAIN', 'OK'],
        ['retrieve', 'RETRIEVER', 'OK'],
      ],
      outputs: 'about risk',
      documents: [{ page_content: 'about risk', score: 0.5, rank: 1 }],
      // Read as a double by the test's own JSON: the client has the exact number.
      largest: 2 ** 53,
      exception: ['exception'],
      failed: expect.stringContaining('no answer to ü') as string,
      tags: 'risk',
      run: true,
      of_run: [price, risk],
      errors: [fail],
      by_tag: [price],
      by_name: 3,
      by_session: [risk],
      by_span: [fail],
      by_span_type: 3,
      by_attribute: 3,
      by_content: [price],
      by_pattern: [risk],
      by_either: [fail, risk],
      ordered: [risk, price, fail],
      pages: [fail, price],
      bad_filter: 'INVALID_PARAMETER_VALUE',
    });
  });

  it('assesses and tags them', async () => {
    expect(await step('assess')).toEqual({
      valid: [false, true],
      expectation: 'plain',
      rationale: 'wrong',
      found: [1, 0, 1, 1, 2],
      restored: true,
      deleted: 'RESOURCE_DOES_NOT_EXIST',
      tags: { reviewed: 'yes' },
      no_tag: 'RESOURCE_DOES_NOT_EXIST',
    });
  });

  it('deletes them by id and by age', async () => {
    expect(await step('delete')).toEqual({
      deleted: [1, 1],
      left: true,
      gone: 'RESOURCE_DOES_NOT_EXIST',
      nothing_said: 'INVALID_PARAMETER_VALUE',
    });
  });

  it('sums up what calls of models used, measures traces and keeps their attachments', async () => {
    expect(await step('measure')).toEqual({
      tokens: [
        [36, 0.75],
        [24, 0.75],
        [36, 0.75],
      ],
      metrics: [
        [['OK', 2]],
        [['agent', 60]],
        [[25]],
        [
          ['2001-09-09T01:46:40+00:00', 'AGENT', 2],
          ['2001-09-09T01:46:40+00:00', 'LLM', 2],
        ],
        [['tiny', 1.5]],
        [['score', 0.75]],
        [[0]],
      ],
      refused: 'INVALID_PARAMETER_VALUE',
      spans: [
        ['agent', 'AGENT', true],
        ['call', 'LLM', true],
      ],
      attachment: ['sum', 'sum'],
      no_attachment: [400, 404],
      no_trace: 'RESOURCE_DOES_NOT_EXIST',
    });
  });
});

describe('OTLP', () => {
  it('is taken packed, and what one instance acknowledged is read from the other at once', async () => {
    const packed: [Buffer, Record<string, string>][] = [
      [exportOf(1), {}],
      [gzipSync(exportOf(2)), { 'content-encoding': 'gzip' }],
      [deflateRawSync(exportOf(3)), { 'content-encoding': 'deflate' }],
    ];
    for (const [index, [body, headers]] of packed.entries()) {
      expect((await send(instances[index % 2] ?? '', body, headers)).status).toBe(200);
      const { body: found } = await traceOf(instances[(index + 1) % 2] ?? '', index + 1);
      expect(found.trace.trace_info).toMatchObject({
        state: 'OK',
        execution_duration: '0.500s',
        tags: { 'service.name': 'shop' },
      });
      expect(found.trace.spans[0]?.attributes).toEqual([{ key: 'tokens', value: { int_value: '9007199254740993' } }]);
    }
  });

  it('may bring a trace that was linked to a run before', async () => {
    const [one = '', other = ''] = instances;
    const post = (address: string, path: string, body: object) =>
      call(`${address}/api/${path}`, { method: 'POST', body });
    const created = await post(one, '2.0/mlflow/runs/create', { experiment_id: '0' });
    const runId = created.body.run.info.run_id;
    const traceIds = [30, 31].map((index) => `tr-${hexId(index)}`);
    await post(one, '2.0/mlflow/traces/link-to-run', { trace_ids: traceIds, run_id: runId });
    expect((await traceOf(other, 30)).status).toBe(404);
    await send(other, exportOf(30));
    const locations = [{ mlflow_experiment: { experiment_id: '0' } }];
    const found = await post(one, '3.0/mlflow/traces/search', { locations, filter: `run_id = '${runId}'` });
    expect(found.body.traces.map(({ trace_id: id }) => id)).toEqual(traceIds.slice(0, 1));
  });

  it('of an exporter that is not MLflow’s the tokens of a trace are summed over all its requests', async () => {
    const used = (spanId: string, tokens: number, parentSpanId?: string) =>
      exportOf(20, {
        spanId,
        ...(parentSpanId !== undefined && { parentSpanId }),
        attributes: [
          { key: 'gen_ai.usage.input_tokens', value: { intValue: tokens } },
          { key: 'gen_ai.usage.output_tokens', value: { intValue: 1 } },
        ],
      });
    const [one = '', other = ''] = instances;
    await send(one, used('00000000000000a1', 2, '00000000000000aa'));
    await send(other, used('00000000000000a2', 3, '00000000000000aa'));
    const totals = async (): Promise<unknown> => {
      const { trace_metadata: metadata } = (await traceOf(one, 20)).body.trace.trace_info;
      return JSON.parse(metadata['mlflow.trace.tokenUsage'] ?? '{}');
    };
    expect(await totals()).toEqual({ input_tokens: 5, output_tokens: 2, total_tokens: 7 });
    // The sum of their parent, which comes last, stands for both.
    await send(other, used('00000000000000aa', 10));
    expect(await totals()).toEqual({ input_tokens: 10, output_tokens: 1, total_tokens: 11 });
    const query = {
      experiment_ids: ['0'],
      view_type: 'TRACES',
      metric_name: 'total_tokens',
      aggregations: [{ aggregation_type: 'SUM' }],
    };
    const measured = await call(`${one}/api/3.0/mlflow/traces/metrics`, { method: 'POST', body: query });
    expect(measured.body.data_points).toEqual([{ metric_name: 'total_tokens', dimensions: {}, values: { SUM: 11 } }]);
  });

  it.each<[string, Buffer, Record<string, string>, number, unknown]>([
    ['no spans', Buffer.from('{}'), {}, 400, 'Invalid OpenTelemetry format - no spans found'],
    ['nonsense', Buffer.from('nonsense'), {}, 400, 'Invalid OpenTelemetry format'],
    [
      'another type',
      exportOf(9),
      { 'content-type': 'text/plain' },
      400,
      expect.stringContaining('Invalid Content-Type') as string,
    ],
    ['bad gzip', exportOf(9), { 'content-encoding': 'gzip' }, 400, 'Failed to decompress gzip payload'],
    ['another packing', exportOf(9), { 'content-encoding': 'br' }, 400, 'Unsupported Content-Encoding: br'],
    ['a span without an id', exportOf(9, { spanId: '' }), {}, 422, 'Cannot convert OpenTelemetry span to MLflow span'],
    [
      'a bomb',
      gzipSync(Buffer.alloc(80 * 1024 * 1024)),
      { 'content-encoding': 'gzip' },
      413,
      expect.stringContaining('larger than') as string,
    ],
  ])('%s is refused as by MLflow’s server', async (_name, body, headers, status, detail) => {
    expect(await send(gateway, body, headers)).toEqual({ status, body: { detail } });
  });

  it('asks for an experiment that is there', async () => {
    const without = await call(`${gateway}/v1/traces`, { method: 'POST', body: exportOf(9) });
    expect([without.status, without.body.detail]).toEqual([422, [expect.objectContaining({ type: 'missing' })]]);
    const unknown = await send(gateway, exportOf(9), { 'x-mlflow-experiment-id': '77' });
    expect([unknown.status, unknown.body.error_code]).toEqual([404, 'RESOURCE_DOES_NOT_EXIST']);
  });
});

it('every acknowledged trace and record of a dataset is there, once, after an instance was killed while they were written', async () => {
  const acknowledged: number[] = [];
  const stop = new AbortController();
  const writer = async (at: number): Promise<void> => {
    for (let index = 1000 + at; !stop.signal.aborted; index += 2) {
      const { status } = await send(instances[at] ?? '', exportOf(index)).catch(() => ({ status: 0 }));
      if (status === 200) acknowledged.push(index);
      else index -= 2;
    }
  };
  const datasets = '/api/3.0/mlflow/datasets';
  const made = await call(`${instances[1]}${datasets}/create`, { method: 'POST', body: { name: 'killed' } });
  const dataset = `${datasets}/${made.body.dataset.dataset_id}`;
  const kept: number[] = [];
  const recordWriter = async (): Promise<void> => {
    for (let q = 0; !stop.signal.aborted; q += 1) {
      const body = { records: JSON.stringify([{ inputs: { q } }]) };
      const written = call(`${instances[q % 2]}${dataset}/records`, { method: 'POST', body });
      if ((await written.catch(() => ({ status: 0 }))).status === 200) kept.push(q);
    }
  };
  const writers = [writer(0), writer(1), recordWriter()];
  await expect.poll(() => acknowledged.length, { timeout: 120_000 }).toBeGreaterThan(60);
  await services.get('tracking').signal('SIGKILL');
  const before = acknowledged.length;
  await expect.poll(() => acknowledged.length, { timeout: 120_000 }).toBeGreaterThan(before + 20);
  stop.abort();
  await Promise.all(writers);
  services.get('tracking').start();
  await services.get('tracking').ready();
  const seen: string[] = [];
  let token: string | undefined;
  do {
    const query = {
      locations: [{ mlflow_experiment: { experiment_id: '0' } }],
      max_results: 50,
      order_by: ['timestamp_ms ASC'],
      ...(token && { page_token: token }),
    };
    const page = await call(`${instances[0]}/api/3.0/mlflow/traces/search`, { method: 'POST', body: query });
    expect(page.status).toBe(200);
    // What arrives while somebody pages neither shifts the pages nor comes among them.
    await send(instances[1] ?? '', exportOf(5));
    seen.push(...page.body.traces.map(({ trace_id: traceId }) => traceId));
    token = page.body.next_page_token;
  } while (token !== undefined);
  expect(new Set(seen).size).toBe(seen.length);
  expect(acknowledged.map((index) => `tr-${hexId(index)}`).filter((traceId) => !seen.includes(traceId))).toEqual([]);
  expect(seen).not.toContain(`tr-${hexId(5)}`);
  const { body } = await traceOf(instances[0] ?? '', acknowledged[0] ?? 0);
  expect(body.trace.spans).toHaveLength(1);
  for (const instance of instances) {
    const { body: page } = await call(`${instance}${dataset}/records?max_results=10000`);
    const stand = (JSON.parse(page.records) as { inputs: { q: number } }[]).map(({ inputs }) => inputs.q);
    expect(stand).toEqual([...new Set(stand)].sort((a, b) => a - b));
    expect(kept.filter((q) => !stand.includes(q))).toEqual([]);
    const { body: described } = await call(`${instance}${dataset}`);
    expect(JSON.parse(described.dataset.profile)).toEqual({ num_records: stand.length });
  }
  expect(kept.length).toBeGreaterThan(0);
});

it('clients of MLflow 2 start, end, read and search a trace', async () => {
  const traces = `${gateway}/api/2.0/mlflow/traces`;
  const start = {
    experiment_id: '0',
    timestamp_ms: 1000,
    request_metadata: [{ key: 'k', value: 'v' }],
    tags: [{ key: 'mlflow.traceName', value: 'old' }],
  };
  const { body: started } = await call(traces, { method: 'POST', body: start });
  const { request_id: id, status } = started.trace_info;
  expect(status).toBe('IN_PROGRESS');
  const ended = await call(`${traces}/${id}`, { method: 'PATCH', body: { timestamp_ms: 1250, status: 'OK' } });
  expect(ended.body.trace_info).toMatchObject({
    execution_time_ms: 250,
    status: 'OK',
    request_metadata: [{ key: 'k', value: 'v' }],
  });
  expect((await call(`${traces}/${id}/info`)).body.trace_info).toEqual(ended.body.trace_info);
  const found = await call(`${traces}?experiment_ids=0&filter=${encodeURIComponent("name = 'old'")}&max_results=5`);
  expect(found.body.traces).toEqual([ended.body.trace_info]);
  const file = `${gateway}/api/2.0/mlflow-artifacts/artifacts/0/traces/${id}/artifacts/traces.json`;
  const read = `${gateway}/ajax-api/2.0/mlflow/get-trace-artifact?request_id=${id}`;
  expect((await call(read)).body.error_code).toBe('RESOURCE_DOES_NOT_EXIST');
  expect((await call(file, { method: 'PUT', body: { spans: [{ name: 'old' }] } })).status).toBe(200);
  expect((await call(read)).body).toEqual({ spans: [{ name: 'old' }] });
});

const latency = {
  experiment_ids: ['0'],
  view_type: 'TRACES',
  metric_name: 'latency',
  aggregations: [{ aggregation_type: 'AVG' }],
};

it.each([
  ['POST', '', { trace: {} }],
  ['POST', '', { trace: { trace_info: { trace_id: 'x', request_time: 'yesterday' } } }],
  ['POST', '/search', { locations: [], max_results: 501 }],
  ['POST', '/search', { locations: [{ mlflow_experiment: { experiment_id: '0' } }], filter: "name RLIKE '(?=a)'" }],
  ['POST', '/search', { locations: [], page_token: 'nonsense' }],
  ['POST', '/metrics', { experiment_ids: ['0'], view_type: 'NOTHING', metric_name: 'latency', aggregations: [] }],
  ['POST', '/metrics', { ...latency, aggregations: [] }],
  ['POST', '/metrics', { ...latency, aggregations: [{ aggregation_type: 'PERCENTILE', percentile_value: 101 }] }],
  ['POST', '/metrics', { ...latency, time_interval_seconds: 60 }],
  ['POST', '/metrics', { ...latency, filters: ["trace.name = 'x'"] }],
  ['POST', '/metrics', { ...latency, page_token: 'nonsense' }],
  ['POST', '/delete-traces', { experiment_id: '0', max_timestamp_millis: 1, max_traces: 0 }],
  ['PATCH', '/tr-x/tags', { key: 'mlflow.trace.spansLocation', value: 'elsewhere' }],
])('%s %s refuses %j', async (method, path, body) => {
  expect(await call(`${gateway}/api/3.0/mlflow/traces${path}`, { method, body })).toMatchObject({
    status: 400,
    body: { error_code: 'INVALID_PARAMETER_VALUE' },
  });
});
