import { EventBus, LogReader } from '@millrace/events';
import { topics, type VersionArchived, type VersionRegistered } from '@millrace/schemas';
import { eventsConfigFromEnv, readConfig, ServiceLog } from '@millrace/service-kit';
import {
  mutatingRoutes,
  runServices,
  testNamespace,
  type RunningServices,
  type MutatingRoute,
} from '@millrace/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AuditWalk, jsonOf, leavesNothing } from './audit-walk.ts';
import { walk } from './walk-routes.ts';

let services: RunningServices;
let url: string;

beforeAll(async () => {
  services = await runServices(testNamespace(), ['tracking', 'registry']);
  url = services.url('registry');
});
afterAll(() => services?.stop());

type Json = Readonly<Record<string, unknown>>;

async function ask(
  method: string,
  path: string,
  body?: unknown,
  user = 'ada',
): Promise<{ status: number; body: Json }> {
  const authorization = `Basic ${Buffer.from(`${user}:x`).toString('base64')}`;
  const response = await fetch(url + path, {
    method,
    headers: { 'content-type': 'application/json', authorization },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Json) };
}
const mlflow = (method: string, path: string, body: unknown) => ask(method, `/api/2.0/mlflow/${path}`, body);
const own = (method: string, path: string, body?: unknown, user?: string) =>
  ask(method, `/api/v1/models/${path}`, body, user);
const setAlias = (name: string, version: number) =>
  mlflow('POST', 'registered-models/alias', { name, alias: 'champion', version: String(version) });
const toProduction = (name: string, version: number) =>
  mlflow('POST', 'model-versions/transition-stage', {
    name,
    version: String(version),
    stage: 'Production',
    archive_existing_versions: true,
  });

async function makeModel(name: string, versions: number): Promise<void> {
  await mlflow('POST', 'registered-models/create', { name });
  for (let version = 1; version <= versions; version += 1) {
    await mlflow('POST', 'model-versions/create', { name, source: 's3://elsewhere/model' });
  }
}

interface Promotion {
  readonly model: string;
  readonly target: string;
  readonly version: string;
}
async function inCharge(): Promise<string[]> {
  const { body } = await ask('GET', '/api/v1/promotions');
  return (body['promotions'] as Promotion[]).map(({ model, target, version }) => `${model} ${target} ${version}`);
}

it('no route of the service that changes anything puts a version in charge against the rules', async () => {
  const routes = await mutatingRoutes(url);
  const forbidden: string[] = [];
  const allowed = new Set<string>();
  const attempt = async (route: MutatingRoute, index: number): Promise<void> => {
    const name = `walk-${index}`;
    await makeModel(name, 2);
    for (const version of [1, 2]) {
      await setAlias(name, version);
      await toProduction(name, version);
    }
    for (const target of ['alias:champion', 'stage:Production']) allowed.add(`${name} ${target} 2`);
    expect((await own('PUT', `${name}/rules`, { card: true })).status).toBe(200);
    for (const target of ['alias:champion', 'stage:Production']) {
      const values = {
        name,
        new_name: `${name}-renamed`,
        version: '1',
        alias: 'champion',
        stage: 'Production',
        archive_existing_versions: true,
        archiveExisting: true,
        target,
        source: 's3://elsewhere/model',
        key: 'stage',
        value: 'Production',
        check: 'bias',
        passed: true,
        semanticVersion: '9.9.9',
        number: 9,
        // One that nobody has: the others are refused before the rules are asked.
        aliases: ['newcomer'],
        createdAtMs: 1,
        updatedAtMs: 1,
      };
      for (const [model, held] of [
        [name, values],
        [`${name}-renamed`, { ...values, name: `${name}-renamed` }],
      ] as const) {
        const { status, text } = await walk(url, route, held);
        expect([route.path, model, status < 500]).toEqual([route.path, model, true]);
        if (status === 403) {
          expect(text).toContain('the model card is missing');
          forbidden.push(`${route.method} ${route.path}`);
        }
      }
    }
  };
  await Promise.all(routes.map(attempt));
  const expected = ['/api/2.0/mlflow', '/ajax-api/2.0/mlflow'].flatMap((prefix) => [
    `POST ${prefix}/model-versions/transition-stage`,
    `POST ${prefix}/registered-models/alias`,
  ]);
  expect([...new Set(forbidden)].sort()).toEqual(
    [
      ...expected,
      'POST /api/v1/import/model-versions',
      'POST /api/v1/models/{name}/promotions',
      'POST /api/v1/models/{name}/rollbacks',
    ].sort(),
  );
  // A renamed model takes along what was in charge by then.
  const strangers = (await inCharge()).map((held) => held.replace('-renamed', '')).filter((held) => !allowed.has(held));
  expect(strangers).toEqual([]);
});

describe('promotion rules', () => {
  it('say in both protocols what is missing, until all of it is there', async () => {
    await makeModel('ruled', 1);
    const rules = { metrics: [], card: true, approvals: 1, checks: ['bias'] };
    expect(await own('PUT', 'ruled/rules', rules)).toMatchObject({
      status: 200,
      body: { rules: { ...rules, aliases: ['champion'], stages: ['Production'] } },
    });
    const missing =
      'the model card is missing; 0 of 1 approvals by others than the author ada; check "bias" has not been reported.';
    expect(await toProduction('ruled', 1)).toMatchObject({
      status: 403,
      body: { error_code: 'PERMISSION_DENIED', message: expect.stringContaining(missing) as string },
    });
    expect(await own('POST', 'ruled/promotions', { target: 'alias:champion', version: 1 })).toMatchObject({
      status: 403,
      body: {
        code: 'REGISTRY_PROMOTION_NOT_PERMITTED',
        faults: [{ path: 'card' }, { path: 'approvals' }, { path: 'checks.bias' }],
      },
    });
    await own('PUT', 'ruled/versions/1/card', { markdown: '# first' });
    await own('PUT', 'ruled/versions/1/card', { markdown: '# second' });
    expect((await own('GET', 'ruled/versions/1/card')).body).toMatchObject({ revision: 2, markdown: '# second' });
    expect((await own('GET', 'ruled/versions/1/card?revision=1')).body).toMatchObject({ markdown: '# first' });
    expect(await own('POST', 'ruled/versions/1/approvals', {})).toMatchObject({
      status: 403,
      body: { code: 'REGISTRY_APPROVAL_NOT_PERMITTED' },
    });
    await own('POST', 'ruled/versions/1/approvals', { comment: 'good' }, 'ben');
    expect((await own('GET', 'ruled/versions/1/missing?target=stage:Production')).body).toMatchObject({
      permitted: false,
      missing: [{ path: 'checks.bias' }],
    });
    await own('PUT', 'ruled/versions/1/checks/bias', { passed: true });
    expect((await own('POST', 'ruled/promotions', { target: 'stage:Production', version: 1 })).status).toBe(200);
    expect(await own('GET', 'ruled/versions/1/evidence')).toMatchObject({
      body: { stage: 'Production', approvals: [{ by: 'ben', comment: 'good' }], checks: [{ check: 'bias' }] },
    });
    expect((await own('DELETE', 'ruled/rules')).status).toBe(204);
    expect((await own('GET', 'ruled/rules')).body).toEqual({ model: 'ruled', rules: null });
  });

  it.each([
    ['PUT', 'ruled/rules', { stages: ['Archived'] }, 400],
    ['PUT', 'ruled/rules', { metrics: [{ metric: 'auc', direction: 'above', threshold: 1 }] }, 400],
    ['PUT', 'ruled/rules', { aliases: [], stages: [] }, 400],
    ['PUT', 'absent/rules', {}, 404],
    ['POST', 'ruled/promotions', { target: 'alias:latest', version: 1 }, 400],
    ['POST', 'ruled/promotions', { target: 'stage:None', version: 1 }, 400],
    ['POST', 'ruled/promotions', { target: 'alias:champion', version: 99 }, 404],
    ['POST', 'ruled/rollbacks', { target: 'alias:never' }, 404],
    ['POST', 'ruled/versions/one/approvals', {}, 404],
    ['PUT', 'ruled/versions/1/card', { markdown: '' }, 400],
    ['GET', 'ruled/versions/1/card?revision=9', undefined, 404],
  ])('%s %s refuses %j', async (method, path, body, status) => {
    const answer = await own(method, path, body);
    expect([answer.status, answer.body]).toEqual([
      status,
      expect.objectContaining({ code: expect.any(String) as string }),
    ]);
  });
});

describe('a version of a tracked run', () => {
  const column = (name: string, required: boolean) => ({ type: 'double', name, required });
  const modelFile = (...inputs: object[]) =>
    `saved_input_example_info:\n  artifact_path: input_example.json\nsignature:\n  inputs: '${JSON.stringify(inputs)}'\n  outputs: null\n`;
  const dvc = 'outs:\n- md5: a304afb96060aad90176268345e10355\n  size: 3\n  path: data.csv\n';
  let runIds: string[] = [];

  async function track(method: string, path: string, body: unknown): Promise<Json> {
    const response = await fetch(services.url('tracking') + path, {
      method,
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { 'content-type': typeof body === 'string' ? 'application/octet-stream' : 'application/json' },
    });
    expect([path, response.status]).toEqual([path, 200]);
    return (await response.json()) as Json;
  }

  async function logRun(auc: number, files: Readonly<Record<string, string>>): Promise<string> {
    const { run } = await track('POST', '/api/2.0/mlflow/runs/create', {
      experiment_id: '0',
      start_time: 1,
      tags: [
        { key: 'mlflow.source.git.commit', value: 'c0ffee' },
        { key: 'mlflow.source.git.dirty', value: 'true' },
      ],
    });
    const { run_id: runId } = (run as { info: { run_id: string } }).info;
    await track('POST', '/api/2.0/mlflow/runs/log-metric', { run_id: runId, key: 'auc', value: auc, timestamp: 1 });
    const dataset = { name: 'train', digest: 'd1', source_type: 'sql', source: '{"query":"select 1"}' };
    await track('POST', '/api/2.0/mlflow/runs/log-inputs', { run_id: runId, datasets: [{ dataset }] });
    for (const [path, text] of Object.entries(files)) {
      await track('PUT', `/api/2.0/mlflow-artifacts/artifacts/0/${runId}/artifacts/${path}`, text);
    }
    return runId;
  }

  beforeAll(async () => {
    await makeModel('tracked', 0);
    const a = column('a', true);
    runIds = [
      await logRun(0.8, { 'data.csv.dvc': dvc, 'model/MLmodel': modelFile(a), 'model/model.onnx': 'x' }),
      await logRun(0.95, { 'model/MLmodel': modelFile(a, column('b', false)) }),
    ];
  });
  const register = (index: number, more: Json = {}) =>
    own('POST', 'tracked/versions', { source: `runs:/${runIds[index]}/model`, ...more });

  it('has a semantic version proposed from its MLmodel file, and its own is checked against it', async () => {
    expect(await register(0, { semanticVersion: '1.0.0', featureService: 'fraud@1' })).toMatchObject({
      status: 201,
      body: {
        semanticVersion: '1.0.0',
        inputExample: 'input_example.json',
        featureService: 'fraud@1',
        signature: { inputs: [{ name: 'a' }] },
      },
    });
    expect(await register(1, { semanticVersion: '1.0.1' })).toMatchObject({
      status: 400,
      body: {
        code: 'REGISTRY_SEMANTIC_VERSION_INVALID',
        detail: expect.stringContaining('inputs.b is new and optional') as string,
      },
    });
    const tagged = await mlflow('POST', 'model-versions/create', {
      name: 'tracked',
      source: `runs:/${runIds[1]}/model`,
      tags: [{ key: 'millrace.semantic_version', value: '1.0.1' }],
    });
    expect(tagged).toMatchObject({ status: 400, body: { error_code: 'INVALID_PARAMETER_VALUE' } });
    expect(await register(1)).toMatchObject({
      status: 201,
      body: { version: '2', semanticVersion: null, semanticProposal: { semanticVersion: '1.1.0', level: 'minor' } },
    });
    expect(await own('PUT', 'tracked/versions/2/semantic-version', { semanticVersion: '1.1.0' })).toMatchObject({
      status: 200,
      body: { semanticVersion: '1.1.0' },
    });
  });

  it('is promoted by the metrics of its run', async () => {
    const auc = { metric: 'auc', direction: 'at-least', threshold: 0.9 };
    await own('PUT', 'tracked/rules', { metrics: [auc], semanticVersion: true });
    expect(await setAlias('tracked', 1)).toMatchObject({
      status: 403,
      body: { message: expect.stringContaining('metric "auc" is 0.8, at least 0.9 is required') as string },
    });
    expect((await setAlias('tracked', 2)).status).toBe(200);
  });

  it('shows where it comes from, and is found by it', async () => {
    await mlflow('POST', 'registered-models/create', { name: 'copy' });
    await own('POST', 'copy/versions', { source: 'models:/tracked/1' });
    expect((await own('GET', 'tracked/versions/1/lineage')).body).toMatchObject({
      runId: runIds[0],
      featureService: 'fraud@1',
      code: { commit: 'c0ffee', dirty: true },
      trainingSets: [{ name: 'train', digest: 'd1', sourceType: 'sql', source: { query: 'select 1' } }],
      dataVersions: [{ path: 'data.csv', tool: 'dvc', hash: 'md5:a304afb96060aad90176268345e10355', sizeBytes: 3 }],
      children: [{ model: 'copy', version: '1' }],
      parents: [],
      // No inference service runs here: what it serves is not known, which is not the same as nothing.
      endpoints: null,
    });
    expect((await own('GET', 'copy/versions/1/lineage')).body).toMatchObject({
      parents: [{ model: 'tracked', version: '1', semanticVersion: '1.0.0' }],
      dataHashes: ['d1', 'md5:a304afb96060aad90176268345e10355'],
    });
    const found = async (query: string) => {
      const { body } = await ask('GET', `/api/v1/lineage?${query}`);
      return (body['versions'] as { model: string; version: string }[]).map(
        ({ model, version }) => `${model} ${version}`,
      );
    };
    expect(await found('dataHash=a304afb96060aad90176268345e10355')).toEqual(['tracked 1', 'copy 1']);
    expect(await found(`runId=${runIds[1]}&commit=c0ffee`)).toEqual(['tracked 2']);
    expect((await ask('GET', '/api/v1/lineage')).status).toBe(400);
  });
});

it('a rollback is one call, and what it archived is kept for its retention', async () => {
  await makeModel('back', 2);
  await toProduction('back', 1);
  await toProduction('back', 2);
  expect(await own('POST', 'back/rollbacks', { target: 'stage:Production' })).toMatchObject({
    status: 200,
    body: { version: '1', stage: 'Production' },
  });
  expect(await inCharge()).toContain('back stage:Production 1');
  expect((await own('PUT', 'back/rules', { stages: ['Production'] })).status).toBe(200);
  for (const [version, words] of [
    ['1', 'is in stage Production'],
    ['2', 'was archived and is kept until'],
  ] as const) {
    expect(await mlflow('DELETE', 'model-versions/delete', { name: 'back', version })).toMatchObject({
      status: 409,
      body: { error_code: 'RESOURCE_CONFLICT', message: expect.stringContaining(words) as string },
    });
  }
  expect((await mlflow('DELETE', 'registered-models/delete', { name: 'back' })).status).toBe(409);
});

it('each registration and each archived version is one event', async () => {
  const { events } = readConfig({ events: eventsConfigFromEnv('test') }, services.env);
  const bus = await EventBus.connect(events, new ServiceLog({ service: 'test', level: 'error' }));
  const read = async <T extends { model: string; eventId: string }>(topic: Parameters<typeof bus.readerFor>[0]) => {
    const log = new LogReader(bus, { topic: bus.topics.name(topic.name), partition: 0, startAt: 0 });
    const seen = new Map<string, T>();
    const poll = async (): Promise<number> => {
      for (const result of await bus.readerFor(topic).decodeBatch((await log.poll()).records)) {
        const value = result.ok ? (result.value as unknown as T) : undefined;
        if (value?.model === 'back') seen.set(value.eventId, value);
      }
      return seen.size;
    };
    await expect.poll(poll, { timeout: 120_000 }).toBe(2);
    await log.close();
    return [...seen.values()];
  };
  try {
    const registered = await read<VersionRegistered>(topics['registry.version-registered']);
    expect(registered.map(({ version, actor }) => [version, actor])).toEqual([
      ['1', 'ada'],
      ['2', 'ada'],
    ]);
    const archived = await read<VersionArchived>(topics['registry.version-archived']);
    expect(archived.map(({ version, previousStage }) => [version, previousStage])).toEqual([
      ['1', 'Production'],
      ['2', 'Production'],
    ]);
    expect(JSON.parse(archived[0]?.before ?? '')).toMatchObject({ stage: 'Production', version: '1' });
  } finally {
    await bus.close();
  }
});

describe('the audit trail', () => {
  interface Entry {
    readonly at: string;
    readonly actor: string;
    readonly command: string;
    readonly subject: { readonly kind: string; readonly id: string };
    readonly before?: Json | null;
    readonly after?: Json | null;
    readonly position: { readonly offset: number; readonly item: number };
  }
  const fromTracking = async (path: string): Promise<{ status: number; body: Json }> => {
    const response = await fetch(services.url('tracking') + path);
    return { status: response.status, body: (await response.json()) as Json };
  };
  const trail = async (query: string): Promise<Entry[]> => {
    const entries: Entry[] = [];
    for (let token = ''; ;) {
      const { body } = await fromTracking(`/api/v1/audit?${query}&limit=200&pageToken=${token}`);
      entries.push(...(body['entries'] as Entry[]));
      if (typeof body['nextPageToken'] !== 'string') return entries;
      token = body['nextPageToken'];
    }
  };

  it('holds an entry of every route of both services that changes something', async () => {
    const urls = { tracking: services.url('tracking'), registry: url };
    const walk = new AuditWalk(urls);
    await walk.run();
    expect([...walk.unlike]).toEqual([]);
    for (const service of ['tracking', 'registry'] as const) {
      for (const { method, path, fields } of await mutatingRoutes(urls[service])) {
        const route = `${method} ${path.replace('/ajax-api/', '/api/').replace(/\*$/, '{path}')}`;
        if (walk.actors.has(route) || leavesNothing(route)) continue;
        // A route that the walk does not know: when it takes what it is given, it must leave an entry too.
        const actor = `stranger ${route}`;
        const body = Object.fromEntries(fields.map((name) => [name, name]));
        const response = await fetch(urls[service] + path.replaceAll(/\{\w+\}/g, 'x'), jsonOf(method, body, actor));
        if (response.ok) walk.actors.set(route, actor);
      }
    }
    const seen = new Set((await trail('from=0')).map(({ actor }) => actor));
    const unseen = [...walk.actors].filter(([route, actor]) => !leavesNothing(route) && !seen.has(actor));
    expect(unseen).toEqual([]);
    expect(walk.actors.size).toBeGreaterThan(60);
  });

  it('tells of a command who gave it and what it changed, also of one that was refused', async () => {
    await mlflow('POST', 'registered-models/create', { name: 'told' });
    await mlflow('POST', 'model-versions/create', { name: 'told', source: 's3://elsewhere/model' });
    await setAlias('told', 1);
    const [entry] = await trail('subjectKind=alias&subjectId=told%2Fchampion');
    expect(entry).toMatchObject({ actor: 'ada', command: 'set-alias', before: null, after: { version: 1 } });
    await mlflow('POST', 'registered-models/create', { name: 'told' });
    const refused = await trail('command=create-model&outcome=refused&subjectId=told');
    expect(refused).toEqual([expect.objectContaining({ refusal: expect.stringContaining('already exists') })]);
  });

  it('is whole, and verified from where it is told, when that can be', async () => {
    const verify = async () => (await fromTracking('/api/v1/audit/verify')).body;
    expect(await verify()).toMatchObject({ ok: true, next: null });
    for (const query of ['?cursor=abc', '?limit=0', '?cursor=eyJ0b3BpYyI6MX0']) {
      expect((await fromTracking(`/api/v1/audit/verify${query}`)).status).toBe(400);
    }
    expect((await fromTracking('/api/v1/audit?from=yesterday')).status).toBe(400);
    expect((await fromTracking('/api/v1/audit?pageToken=abc')).status).toBe(400);
  });

  it('gives a model, a version, an experiment and a run as they were', async () => {
    await mlflow('POST', 'registered-models/create', { name: 'past' });
    for (const version of [1, 2]) {
      await mlflow('POST', 'model-versions/create', { name: 'past', source: 's3://elsewhere/model' });
      await setAlias('past', version);
    }
    await toProduction('past', 2);
    const promoted = await trail('subjectKind=alias&subjectId=past%2Fchampion');
    const [second = -1, first = -1] = promoted.map(({ position }) => position.offset);
    const at = (offset: number) => own('GET', `past?at=offset:${offset}`);
    expect((await at(first)).body).toMatchObject({ aliases: { champion: '1' }, versions: [{ version: '1' }] });
    expect((await at(second)).body).toMatchObject({ aliases: { champion: '2' } });
    const version = await own('GET', `past/versions/2?at=offset:${second}`);
    expect(version.body).toMatchObject({ version: '2', stage: 'None', aliases: ['champion'] });
    expect((await own('GET', 'past/versions/2?at=' + Date.now())).body).toMatchObject({ stage: 'Production' });
    expect((await own('GET', 'past')).body).toMatchObject({ model: 'past', versions: [{}, { stage: 'Production' }] });
    const early = await own('GET', 'past/versions/2?at=2020-01-01');
    expect(early.status).toBe(404);
    expect(early.body['detail']).toMatch(/version 2 of model "past" did not exist at 2020.*it was created at 20/);
    expect((await own('GET', 'past?at=yesterday')).status).toBe(400);

    const post = async (path: string, body: object) => {
      const response = await fetch(`${services.url('tracking')}/api/2.0/mlflow/${path}`, jsonOf('POST', body, 'ada'));
      return (await response.json()) as { run: { info: { run_id: string } }; experiment_id: string };
    };
    const { experiment_id: id } = await post('experiments/create', { name: 'past' });
    const { run } = await post('runs/create', { experiment_id: id });
    const { run_id } = run.info;
    await post('runs/log-metric', { run_id, key: 'auc', value: 0.5, timestamp: 1, step: 1 });
    await post('runs/log-metric', { run_id, key: 'auc', value: 0.9, timestamp: 2, step: 2 });
    await post('runs/set-tag', { run_id, key: 'k', value: 'v' });
    await post('experiments/update', { experiment_id: id, new_name: 'renamed' });
    const writes = (await trail(`subjectKind=run&subjectId=${run_id}`)).toReversed();
    expect(writes.map(({ command }) => command)).toEqual(['create-run', 'log-to-run', 'log-to-run', 'log-to-run']);
    const runAt = async (moment: string) => (await fromTracking(`/api/v1/runs/${run_id}?at=${moment}`)).body;
    expect(await runAt(`offset:${writes[1]?.position.offset}`)).toMatchObject({
      run: { data: { metrics: [{ key: 'auc', value: 0.5 }] } },
    });
    expect(await runAt(String(Date.now()))).toMatchObject({
      run: {
        data: { metrics: [{ key: 'auc', value: 0.9 }], tags: expect.arrayContaining([{ key: 'k', value: 'v' }]) },
      },
    });
    expect(await runAt('2020-01-01')).toMatchObject({
      code: 'TRACKING_RUN_NOT_FOUND',
      detail: expect.stringContaining('created at'),
    });
    const [renamed, made] = await trail(`subjectKind=experiment&subjectId=${id}`);
    expect(renamed).toMatchObject({ before: { name: 'past' }, after: { name: 'renamed' } });
    const before = await fromTracking(`/api/v1/experiments/${id}?at=offset:${made?.position.offset}`);
    expect(before.body).toMatchObject({ experiment: { experiment_id: id, name: 'past' } });
    expect((await fromTracking(`/api/v1/experiments/${id}`)).body).toMatchObject({ experiment: { name: 'renamed' } });
    expect((await fromTracking('/api/v1/experiments/0?at=2020-01-01')).body).toMatchObject({
      experiment: { name: 'Default' },
    });
  });
});
