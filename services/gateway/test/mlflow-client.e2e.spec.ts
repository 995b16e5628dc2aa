import { EventBus, LogReader } from '@millrace/events';
import type { ModelPromoted } from '@millrace/schemas';
import { topics } from '@millrace/schemas';
import { eventsConfigFromEnv, readConfig, ServiceLog } from '@millrace/service-kit';
import { runServices, testNamespace, type RunningServices } from '@millrace/testing';
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { logRunForPages } from './run-for-pages.ts';
import { runMlflowClient } from './run-mlflow-client.ts';

interface Logged {
  readonly run_id: string;
  readonly experiment_id: string;
  readonly model_id: string;
  readonly version: string;
  readonly second_run_id: string;
  readonly second_version: string;
  readonly second_param: string;
}

let services: RunningServices;
let gateway: string;
const name = 'fraud';
const step = <T>(what: string): Promise<T> => runMlflowClient<T>(services.env, gateway, [what, name]);

beforeAll(async () => {
  services = await runServices(testNamespace(), ['tracking', 'registry']);
  gateway = (await services.launch('gateway')).url;
  await vi.waitFor(() => fetch(`${gateway}/health/live`), { timeout: 120_000, interval: 100 });
});
afterAll(() => services?.stop());

describe('the unmodified MLflow client', () => {
  let logged: Logged;

  it('logs runs with an ONNX model each and registers them', async () => {
    logged = await step<Logged>('log');
    expect(logged).toMatchObject({ version: '1', second_version: '2', second_param: 'INVALID_PARAMETER_VALUE' });
  });

  it('leaves the environment of its runs, which the gateway shows beside a comparison and what happens now', async () => {
    const { run_id: first, second_run_id: second } = logged;
    const environment = await (await fetch(`${gateway}/api/v1/runs/${second}/environment`)).json();
    expect(environment).toMatchObject({
      problems: [],
      source: { name: expect.stringContaining('mlflow_client.py') as string },
      packages: [{ requirements: expect.arrayContaining(['onnx']) as string[] }],
      logged: {
        packages: { mlflow: expect.any(String) as string },
        hardware: { cpus: expect.any(Number) as number },
        variables: { MLFLOW_TRACKING_URI: gateway },
      },
    });
    const compared = await fetch(`${gateway}/api/v1/compare?run_ids=${first}&run_ids=${second}&histories=auc`);
    expect(await compared.json()).toMatchObject({
      runs: [{ run_name: 'first' }, { run_name: 'second' }],
      params: { differ: { lr: ['0.1', '0.2'] } },
      metrics: { auc: { min: [0.8, 0.7] }, loss: { latest: ['NaN', null], min: [null, null] } },
      histories: [{ run_id: first }, { run_id: second, points: [[0, expect.any(Number), 0.7]] }],
    });
    const page = await fetch(`${gateway}/compare?runs=${first},${second}`);
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(await page.text()).toContain("ask('api/v1/compare'");
    const post = (path: string, body: object) =>
      fetch(`${gateway}/api/2.0/mlflow/${path}`, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      });
    const created = await post('runs/create', { experiment_id: '0' });
    const { run_id: live } = ((await created.json()) as { run: { info: { run_id: string } } }).run.info;
    const events = await fetch(`${gateway}/api/v1/runs/${live}/events`);
    const pieces = events.body?.pipeThrough(new TextDecoderStream()).values();
    expect((await pieces?.next())?.value).toContain('event: state');
    // It comes while the answer goes on.
    await post('runs/log-metric', { run_id: live, key: 'm', value: 1, timestamp: 1 });
    expect((await pieces?.next())?.value).toContain('event: write');
    await pieces?.return?.();
    const open = async () =>
      /subscriptions_open_count (\d+)/.exec(await (await fetch(`${gateway}/services/tracking/metrics`)).text())?.[1];
    await expect.poll(open, { timeout: 120_000 }).toBe('0');
  });

  it('sets an alias and a stage', async () => {
    expect(await step('promote')).toEqual({ champion: '2' });
  });

  it('finds everything again after both services were killed', async () => {
    for (const service of ['tracking', 'registry'] as const) {
      await services.get(service).signal('SIGKILL');
      services.get(service).start();
    }
    await Promise.all([services.get('tracking').ready(), services.get('registry').ready()]);
    const found = await step<Record<string, unknown> & { sha256: string }>('find');
    expect(found).toMatchObject({
      found: ['first'],
      ordered: ['second', 'first'],
      params: { lr: '0.1', depth: '3', trees: '100' },
      metrics: { auc: '0.8400000000000001', loss: 'nan', f1: '0.5' },
      tags: { kind: 'demo', note: "it's ü" },
      status: 'FINISHED',
      artifacts: ['config.json', 'notes'],
      notes: ['notes/hello.txt'],
      text: 'hello',
      aliases: { champion: '2' },
      versions: [
        ['1', 'Production', true],
        ['2', 'None', false],
      ],
      production: ['1'],
      outputs: [logged.model_id],
      logged_models: 2,
      champion_weight: [2, 2],
      score: 3,
    });
    // The file that the client downloads is the one that the registry pinned, byte for byte.
    const version = (await (await fetch(`${gateway}/api/v1/models/model-${name}/versions/2`)).json()) as {
      artifactHash: string;
      artifactDownloadPath: string;
    };
    expect(version.artifactHash).toBe(found.sha256);
    const content = Buffer.from(await (await fetch(gateway + version.artifactDownloadPath)).arrayBuffer());
    expect(createHash('sha256').update(content).digest('hex')).toBe(found.sha256);
  });

  it('each promotion is one event with version, previous version, hash and actor', async () => {
    const promotions = await readPromotions(services.env, 3);
    expect(
      promotions.map(({ target, version, previousVersion, actor }) => [target, version, previousVersion, actor]),
    ).toEqual([
      ['alias:champion', '1', null, 'ada'],
      ['alias:champion', '2', '1', 'ada'],
      ['stage:Production', '1', null, 'ada'],
    ]);
    expect(promotions[0]).toMatchObject({ model: `model-${name}`, runId: logged.run_id });
    expect(new Set(promotions.map(({ eventId }) => eventId)).size).toBe(3);
    expect(promotions.every(({ artifactHash }) => /^[0-9a-f]{64}$/.test(artifactHash))).toBe(true);
    const current = (await (await fetch(`${gateway}/api/v1/promotions`)).json()) as {
      promotions: { target: string; version: string }[];
    };
    expect(current.promotions.map(({ target, version }) => [target, version])).toEqual([
      ['alias:champion', '2'],
      ['stage:Production', '1'],
    ]);
  });

  it('changes, deletes and restores, and is refused in the terms that it knows', async () => {
    expect(await step('manage')).toMatchObject({
      after_delete: ['second', 'first'],
      deleted: ['doomed'],
      write_to_deleted: 'INVALID_PARAMETER_VALUE',
      restored: ['active', 'FAILED', { m: 1 }, false],
      experiment: 'deleted',
      models: [`temp2-${name}`],
      model_gone: 'RESOURCE_DOES_NOT_EXIST',
      same_name: 'RESOURCE_ALREADY_EXISTS',
      bad_filter: 'INVALID_PARAMETER_VALUE',
      no_run: 'RESOURCE_DOES_NOT_EXIST',
      no_alias: 'INVALID_PARAMETER_VALUE',
    });
  });
});

describe('the requests of the user interface of MLflow', () => {
  let runId: string;
  let experimentId: string;
  const post = async (path: string, body: object): Promise<unknown> => {
    const response = await fetch(gateway + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return response.json();
  };
  beforeAll(async () => {
    ({ runId, experimentId } = await logRunForPages(gateway, name));
  });
  const graphql = (query: string, data?: object) => post('/graphql', { query, variables: { data } });

  it('show a run with its experiment and the versions that were made of it', async () => {
    const query = `query GetRun($data: MlflowGetRunInput!) @component(name: "MLflow.ExperimentRunTracking") {
      mlflowGetRun(input: $data) { apiError { code } run {
        info { runName status startTime } experiment { name } modelVersions { name version source status }
        data { metrics { key value step } params { key value } } inputs { datasetInputs { dataset { name digest } } } } } }`;
    expect(await graphql(query, { runId })).toEqual({
      errors: null,
      data: {
        mlflowGetRun: {
          apiError: null,
          run: {
            info: {
              runName: 'for the pages',
              status: 'FINISHED',
              startTime: expect.stringMatching(/^\d{13}$/) as string,
            },
            experiment: { name: `pages of ${name}` },
            modelVersions: [
              {
                name: `pages-${name}`,
                version: '1',
                source: expect.stringContaining(runId) as string,
                status: 'READY',
              },
            ],
            data: { metrics: [{ key: 'loss', value: 0.25, step: '3' }], params: [{ key: 'lr', value: '0.1' }] },
            inputs: {
              datasetInputs: [
                { dataset: { name: 'rides', digest: 'd1' } },
                { dataset: { name: 'rides', digest: 'd2' } },
              ],
            },
          },
        },
      },
    });
    const unknown = await graphql(query, { runId: 'f'.repeat(32) });
    expect(unknown).toMatchObject({ data: { mlflowGetRun: null }, errors: [expect.stringContaining('f'.repeat(32))] });
  });

  it('show experiments, runs with versions, files, and a metric thinned out', async () => {
    const answer = await post('/graphql', {
      query: `{ mlflowGetExperiment(input: {experimentId: "${experimentId}"}) { experiment { name lifecycleStage } }
        mlflowSearchRuns(input: {experimentIds: ["${experimentId}"], maxResults: 1, runViewType: ALL})
          { runs { info { runUuid } modelVersions { version } } }
        mlflowListArtifacts(input: {runId: "${runId}"}) { files { path isDir fileSize } }
        mlflowSearchModelVersions(input: {filter: "run_id='${runId}'", maxResults: 10}) { modelVersions { version } }
        mlflowGetMetricHistoryBulkInterval(input: {runIds: ["${runId}"], metricKey: "loss", maxResults: 3})
          { metrics { runId step value } } }`,
    });
    expect(answer).toMatchObject({
      errors: null,
      data: {
        mlflowGetExperiment: { experiment: { name: `pages of ${name}`, lifecycleStage: 'active' } },
        mlflowSearchRuns: { runs: [{ info: { runUuid: runId }, modelVersions: [{ version: '1' }] }] },
        mlflowListArtifacts: { files: [{ path: 'model', isDir: true, fileSize: '0' }] },
        mlflowSearchModelVersions: { modelVersions: [{ version: '1' }] },
        mlflowGetMetricHistoryBulkInterval: {
          metrics: [
            { runId, step: '0', value: 1 },
            { runId, step: '2', value: 0.5 },
            { runId, step: '3', value: 0.25 },
          ],
        },
      },
    });
  });

  it('list the datasets of an experiment once each', async () => {
    const path = '/ajax-api/2.0/mlflow/experiments/search-datasets';
    expect(await post(path, { experiment_ids: [experimentId] })).toEqual({
      dataset_summaries: [
        { experiment_id: experimentId, name: 'rides', digest: 'd1', context: 'training' },
        { experiment_id: experimentId, name: 'rides', digest: 'd2' },
      ],
    });
    const many = Array.from({ length: 21 }, String);
    expect(await post(path, { experiment_ids: many })).toMatchObject({ error_code: 'INVALID_PARAMETER_VALUE' });
    expect(await post(path, {})).toMatchObject({ error_code: 'INVALID_PARAMETER_VALUE' });
  });

  it('learn what the server is, that it leads to no language models, and that nobody wants to know what is clicked', async () => {
    const get = async (path: string): Promise<unknown> =>
      (await fetch(`${gateway}/ajax-api/3.0/mlflow/${path}`)).json();
    expect(await get('server-info')).toMatchObject({ store_type: 'SqlStore', features_enabled: { gateway: false } });
    expect(await get('ui-telemetry')).toMatchObject({ disable_ui_telemetry: true });
    const proxied = await fetch(`${gateway}/ajax-api/2.0/mlflow/gateway-proxy?gateway_path=api/2.0/endpoints/`);
    expect(await proxied.json()).toEqual({ endpoints: [] });
    expect(await post('/ajax-api/3.0/mlflow/ui-telemetry', { records: [{}] })).toEqual({ status: 'disabled' });
  });

  it('get a run without its versions, and the reason, when the registry is away', async () => {
    await services.get('registry').stop();
    expect(
      await post('/graphql', {
        query: `{ mlflowGetRun(input: {runId: "${runId}"}) { run { info { runName } modelVersions { name } } } }`,
      }),
    ).toEqual({
      errors: [expect.stringContaining('registry service')],
      data: { mlflowGetRun: { run: { info: { runName: 'for the pages' }, modelVersions: null } } },
    });
    services.get('registry').start();
    await services.get('registry').ready();
  });

  it.each([
    ['no JSON', '{"query":', 400],
    ['no query', '{}', 400],
    ['variables that are no object', '{"query":"{ a }","variables":[1]}', 400],
    ['no document', '{"query":"{ mlflowGetRun("}', 200],
  ])('with %s are refused in words', async (_, body, status) => {
    const response = await fetch(`${gateway}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject(
      status === 200
        ? { data: null, errors: [expect.stringContaining('Syntax Error')] }
        : { message: expect.any(String) as string },
    );
  });
});

describe('the gateway', () => {
  it('says which service is away, and is not ready while one is', async () => {
    const response = await fetch(`${gateway}/api/v1/endpoints`);
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '2']);
    expect(await response.json()).toMatchObject({
      code: 'GATEWAY_UPSTREAM_UNAVAILABLE',
      detail: expect.stringContaining('inference') as string,
    });
    const ready = await fetch(`${gateway}/health/ready`);
    const { checks } = (await ready.json()) as { checks: { name: string; ok: boolean }[] };
    expect(ready.status).toBe(503);
    expect(checks.filter(({ ok }) => ok).map((check) => check.name)).toEqual(['tracking', 'registry']);
  });

  it('gives MLflow clients an error of theirs when the registry is away', async () => {
    await services.get('registry').stop();
    const response = await fetch(`${gateway}/api/2.0/mlflow/registered-models/search`);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ error_code: 'TEMPORARILY_UNAVAILABLE' });
    services.get('registry').start();
    await services.get('registry').ready();
  });

  it('gives Feast’s clients an error of theirs when the feature service is away', async () => {
    const response = await fetch(`${gateway}/feast/get-online-features`, { method: 'POST', body: '{}' });
    expect(response.status).toBe(503);
    const detail = JSON.parse((await response.json()) as string) as Record<string, unknown>;
    expect(detail).toEqual({
      module: 'feast.errors',
      class: 'FeastError',
      message: expect.stringContaining('features') as string,
    });
  });

  it('shows the documentation of every service', async () => {
    for (const service of ['tracking', 'registry']) {
      const document = await (await fetch(`${gateway}/services/${service}/docs/openapi.json`)).json();
      expect(Object.keys((document as { paths: object }).paths).length).toBeGreaterThan(5);
    }
    expect(await (await fetch(gateway)).text()).toContain('Millrace');
    expect(await (await fetch(`${gateway}/health`)).text()).toBe('OK');
  });
});

async function readPromotions(env: Readonly<Record<string, string>>, count: number): Promise<ModelPromoted[]> {
  const { events } = readConfig({ events: eventsConfigFromEnv('test') }, env);
  const bus = await EventBus.connect(events, new ServiceLog({ service: 'test', level: 'error' }));
  const topic = topics['registry.model-promoted'];
  const log = new LogReader(bus, { topic: bus.topics.name(topic.name), partition: 0, startAt: 0 });
  try {
    const promotions: ModelPromoted[] = [];
    await expect
      .poll(
        async () => {
          const decoded = await bus.readerFor(topic).decodeBatch((await log.poll()).records);
          promotions.push(...decoded.flatMap((result) => (result.ok ? [result.value] : [])));
          return promotions.length;
        },
        { timeout: 120_000 },
      )
      .toBe(count);
    return promotions;
  } finally {
    await log.close();
    await bus.close();
  }
}
