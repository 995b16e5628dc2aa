import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import {
  mutatingRoutes,
  runServices,
  testNamespace,
  type MutatingRoute,
  type RunningServices,
} from '@millrace/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { neededBy } from './needed-roles.ts';
import { walkRoute } from './walk-with-roles.ts';

type Json = Readonly<Record<string, unknown>>;
const password = 'correct horse';
const basic = (user: string, secret = password) => ({
  authorization: `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}`,
});
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const serviceToken = 'a-secret-of-all-services';

const guarded = ['tracking', 'registry', 'features', 'inference', 'drift'] as const;
interface Answer {
  readonly status: number;
  readonly body: Json;
  readonly headers: Headers;
}
type InstanceCall = (
  method: string,
  address: string,
  headers: Readonly<Record<string, string>>,
  body?: unknown,
) => Promise<Answer>;

let services: RunningServices;
let gateway: string;
const keys: Record<string, string> = {};

async function ask(
  [method, address]: readonly [string, string],
  headers: Readonly<Record<string, string>>,
  body?: unknown,
  base = gateway,
): Promise<Answer> {
  const response = await fetch(base + address, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text.startsWith('{') ? (JSON.parse(text) as Json) : {},
  };
}
const admin = (method: string, address: string, body?: unknown) => ask([method, address], basic('root'), body);
const as = (user: string, method: string, address: string, body?: unknown) =>
  ask([method, address], bearer(keys[user] ?? ''), body);

/** What everybody in the walk has a role on, or none. */
const made = {
  experiment: '',
  run: '',
  model: 'm-',
  trace: `tr-${'a'.repeat(32)}`,
  name: 'fraud',
  sweep: '',
  dataset: '',
};
const modelNamed = (name: string) => ({ name, target: 'alias:champion' });
const users = ['nobody', 'viewer', 'editor', 'approver'] as const;

beforeAll(async () => {
  services = await runServices(testNamespace(), guarded, {
    env: {
      MILLRACE_AUTH: 'on',
      MILLRACE_AUTH_SERVICE_TOKEN: serviceToken,
      MILLRACE_AUTH_ADMIN_USER: 'root',
      MILLRACE_AUTH_ADMIN_PASSWORD: password,
    },
  });
  gateway = (await services.launch('gateway')).url;
  await vi.waitFor(() => fetch(`${gateway}/health/live`), { timeout: 120_000, interval: 100 });

  const experiment = await admin('POST', '/api/2.0/mlflow/experiments/create', { name: 'guarded' });
  made.experiment = String(experiment.body['experiment_id']);
  const run = await admin('POST', '/api/2.0/mlflow/runs/create', { experiment_id: made.experiment });
  made.run = (run.body['run'] as { info: { run_id: string } }).info.run_id;
  const model = await admin('POST', '/api/2.0/mlflow/logged-models', { experiment_id: made.experiment });
  made.model = (model.body['model'] as { info: { model_id: string } }).info.model_id;
  const trace = {
    trace_info: {
      trace_id: made.trace,
      trace_location: { type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id: made.experiment } },
      request_time: '2026-01-01T00:00:00Z',
      state: 'OK',
    },
  };
  expect((await admin('POST', '/api/3.0/mlflow/traces', { trace })).status).toBe(200);
  await admin('POST', '/api/2.0/mlflow/registered-models/create', { name: made.name });
  await admin('POST', '/api/2.0/mlflow/model-versions/create', { name: made.name, source: `runs:/${made.run}/model` });

  const space = { x: { kind: 'uniform', low: 0, high: 1 } };
  const sweep = { name: 'walked', experiment: 'guarded', space, metric: { name: 'loss' }, budget: { trials: 2 } };
  made.sweep = String((await admin('POST', '/api/v1/sweeps', sweep)).body['id']);
  const about = { name: 'walked', experiment_ids: [made.experiment] };
  const dataset = await admin('POST', '/api/3.0/mlflow/datasets/create', about);
  made.dataset = (dataset.body['dataset'] as { dataset_id: string }).dataset_id;

  // A topic that is there already: what an endpoint reads is not what its roles are about.
  const topic = `${services.env['MILLRACE_TOPIC_PREFIX']}registry.version-registered`;
  const source = { kind: 'source', name: 'versions', topic, eventTime: { column: 'registeredAtMs', unit: 'ms' } };
  const passThrough = [{ name: 'offset', expression: 'sourceOffset' }];
  const service = { kind: 'feature-service', name: 'versions', source: 'versions', passThrough };
  expect(await admin('POST', '/api/v1/definitions', [source, service])).toMatchObject({ status: 200 });
  const served = { name: made.name, featureService: 'versions', model: modelNamed(made.name) };
  expect(await admin('POST', '/api/v1/endpoints', served)).toMatchObject({ status: 201 });
  const monitor = {
    name: made.name,
    endpoint: made.name,
    window: { type: 'rows', rows: 10 },
    reference: { type: 'first' },
  };
  expect(await admin('POST', '/api/v1/drift/monitors', monitor)).toMatchObject({ status: 201 });

  const grants = [`experiments/${made.experiment}`, `models/${made.name}`];
  for (const on of grants) await admin('PUT', `/api/v1/access/${on}/grants/*`, { role: 'none' });
  for (const user of users) {
    expect((await admin('POST', '/api/v1/access/users', { name: user })).status).toBe(201);
    const key = await admin('POST', `/api/v1/access/users/${user}/keys`, { description: 'walk' });
    keys[user] = String(key.body['key']);
    if (user === 'nobody') continue;
    for (const on of grants) {
      expect((await admin('PUT', `/api/v1/access/${on}/grants/${user}`, { role: user })).status).toBe(204);
    }
  }
});
afterAll(() => services?.stop());

describe('every route that changes something', () => {
  const values = ({ path: address }: MutatingRoute, field: string): unknown => {
    const byField: Readonly<Record<string, unknown>> = {
      experiment_id: made.experiment,
      experiment_ids: [made.experiment],
      run_id: made.run,
      run_uuid: made.run,
      runIds: [made.run],
      run_ids: [made.run],
      experiment: 'guarded',
      trace_id: made.trace,
      trace_ids: [made.trace],
      locations: [{ mlflow_experiment: { experiment_id: made.experiment } }],
      trace: { trace_info: { trace_location: { mlflow_experiment: { experiment_id: made.experiment } } } },
      path: `${made.experiment}/${made.run}/artifacts/x.txt`,
      '*': `${made.experiment}/${made.run}/artifacts/x.txt`,
      name: made.name,
      endpoint: made.name,
      model: modelNamed(made.name),
      version: '1',
    };
    if (field === 'id' || field === 'path' || field === '*') {
      if (/logged-models/.test(address)) return made.model;
      if (/traces/.test(address)) return made.trace;
      if (/sweeps/.test(address)) return made.sweep;
      if (/datasets/.test(address)) return made.dataset;
      if (/experiments\/\{id\}/.test(address)) return made.experiment;
      if (/runs\/\{id\}/.test(address)) return made.run;
    }
    // It would be nobody's afterwards.
    if (address.endsWith('/remove-experiments') && field === 'experiment_ids') return undefined;
    // The name of a new experiment is not the one of a model.
    return field === 'name' && /experiments\/create|access\/users$/.test(address) ? undefined : byField[field];
  };

  const routesOf = { tracking: 60, registry: 30, features: 8, inference: 4, drift: 1 };
  it.each(guarded)('of %s asks who it is, and lets those only who may', async (service) => {
    const base = services.url(service);
    const routes = (await mutatingRoutes(base)).filter(
      // The two prefixes of MLflow are one in the table; of hot routes both are walked.
      ({ path: address }) => !address.includes('/mpu/parts/') && !/^\/ajax-api\/(?!2.0\/mlflow\/runs)/.test(address),
    );
    expect(routes.length).toBeGreaterThan(routesOf[service]);
    const found: string[] = [];
    for (const route of routes) {
      const headers = { 'x-mlflow-experiment-id': made.experiment };
      const anonymous = await walkRoute(base, route, { values, headers });
      if (anonymous !== 401) found.push(`${route.method} ${route.path} answers ${anonymous} to nobody`);
      for (const [rank, user] of users.entries()) {
        const status = await walkRoute(base, route, { values, headers: { ...headers, ...bearer(keys[user] ?? '') } });
        const isRefused = status === 403;
        // Of somebody else's things that everybody may ask for, the handler says that they are not theirs.
        const isOwn = /users\/\{name\}\/(password|keys)/.test(route.path) || route.path.includes('/comments/{');
        if (isOwn || isRefused === rank < neededBy(route)) continue;
        found.push(`${route.method} ${route.path} answers ${status} to ${user}`);
      }
    }
    expect(found).toEqual([]);
  });

  it('takes parts of uploads from whoever has their secret address', async () => {
    const address = `/api/2.0/mlflow-artifacts/mpu/parts/${'0'.repeat(32)}/1`;
    expect((await ask(['PUT', address], {}, {})).status).toBe(404);
  });
});

describe('who is refused', () => {
  it('learns it in MLflow’s words under its paths, and in ours under ours', async () => {
    const unknown = await ask(['GET', '/api/2.0/mlflow/experiments/get?experiment_id=0'], {});
    expect([unknown.status, unknown.headers.get('www-authenticate')]).toEqual([401, 'Basic realm="mlflow"']);
    expect(unknown.body['error_code']).toBe('UNAUTHENTICATED');
    const wrong = await ask(['GET', '/api/v1/access/me'], basic('root', 'wrong password'));
    expect([wrong.status, wrong.body['code']]).toEqual([401, 'ACCESS_NOT_SIGNED_IN']);
    const run = await as('viewer', 'POST', '/api/2.0/mlflow/runs/log-metric', { run_id: made.run, key: 'a', value: 1 });
    expect(run.status).toBe(403);
    expect(run.body).toEqual({
      error_code: 'PERMISSION_DENIED',
      message: `Permission denied: this needs the role editor on run "${made.run}", and viewer has the role viewer on it. An admin of it can give the role.`,
    });
    const rules = await as('editor', 'DELETE', `/api/v1/models/${made.name}/rules`);
    expect([rules.status, rules.body['code']]).toEqual([403, 'ACCESS_NOT_PERMITTED']);
  });

  it('finds nothing of it in searches, pages and GraphQL', async () => {
    const query = `{mlflowGetRun(input:{runId:"${made.run}"}){run{info{runId}}}}`;
    const seen = async (user: string) => {
      const experiments = await as(user, 'POST', '/api/2.0/mlflow/experiments/search', { max_results: 10 });
      const models = await as(user, 'GET', '/api/2.0/mlflow/registered-models/search');
      const versions = await as(user, 'GET', '/api/2.0/mlflow/model-versions/search');
      const run = await as(user, 'POST', '/graphql', { query });
      return [
        JSON.stringify(experiments.body).includes('"guarded"'),
        (models.body['registered_models'] as unknown[]).length,
        (versions.body['model_versions'] as unknown[]).length,
        (run.body['data'] as { mlflowGetRun: unknown }).mlflowGetRun !== null,
      ];
    };
    expect(await seen('viewer')).toEqual([true, 1, 1, true]);
    expect(await seen('nobody')).toEqual([false, 0, 0, false]);
  });

  it('sees neither what serves a hidden model nor what is said of it', async () => {
    const statuses = [
      `/api/v1/endpoints/${made.name}`,
      `/api/v1/drift/monitors/${made.name}`,
      `/api/v1/drift/pages/${made.name}`,
    ];
    const seen = async (user: string) => {
      const { endpoints } = (await as(user, 'GET', '/api/v1/endpoints')).body as { endpoints: unknown[] };
      const { monitors } = (await as(user, 'GET', '/api/v1/drift/monitors')).body as { monitors: unknown[] };
      const reports = await as(user, 'GET', '/api/v1/drift/reports');
      const answers = await Promise.all(statuses.map((address) => as(user, 'GET', address)));
      return [endpoints.length, monitors.length, reports.body['reports'], ...answers.map(({ status }) => status)];
    };
    expect(await seen('viewer')).toEqual([1, 1, [], 200, 200, 200]);
    expect(await seen('nobody')).toEqual([0, 0, [], 403, 403, 403]);
    for (const address of [...statuses, '/api/v1/definitions', '/api/v1/trace/x', '/api/v1/drift/alerts'])
      expect((await ask(['GET', address], {})).status, address).toBe(401);
    expect((await as('nobody', 'GET', '/api/v1/definitions')).status).toBe(200);
  });

  it('cannot reach what is hidden through searches that name no experiment, nor through spans of a known trace', async () => {
    const scorer = { experiment_id: made.experiment, name: 'judge', serialized_scorer: '{}' };
    expect((await admin('POST', '/api/3.0/mlflow/scorers/register', scorer)).status).toBe(200);
    const seen = async (user: string) => {
      const datasets = await as(user, 'POST', '/api/3.0/mlflow/datasets/search', {});
      const scorers = await as(user, 'GET', '/api/3.0/mlflow/scorers/list');
      const query = '{mlflowSearchModelVersions(input:{}){modelVersions{name}}}';
      const versions = await as(user, 'POST', '/graphql', { query });
      return [datasets, scorers, versions].map(({ body }) => /walked|judge|fraud/.test(JSON.stringify(body)));
    };
    expect(await seen('viewer')).toEqual([true, true, true]);
    expect(await seen('nobody')).toEqual([false, false, false]);

    const own = await as('nobody', 'POST', '/api/2.0/mlflow/experiments/create', { name: 'of nobody' });
    const span = (traceId: string) => ({
      resourceSpans: [
        {
          scopeSpans: [
            { spans: [{ traceId, spanId: 'b'.repeat(16), name: 's', startTimeUnixNano: '1', endTimeUnixNano: '2' }] },
          ],
        },
      ],
    });
    const into = { ...bearer(keys['nobody'] ?? ''), 'x-mlflow-experiment-id': String(own.body['experiment_id']) };
    expect((await ask(['POST', '/v1/traces'], into, span('a'.repeat(32)))).status).toBe(403);
    expect((await ask(['POST', '/v1/traces'], into, span('c'.repeat(32)))).status).toBe(200);
    expect((await ask(['POST', '/v1/traces'], into, span('c'.repeat(32)))).status).toBe(200);
  });

  it('cannot show themselves the files of others by registering them', async () => {
    await as('nobody', 'POST', '/api/2.0/mlflow/registered-models/create', { name: 'own' });
    const body = { name: 'own', source: `runs:/${made.run}/model` };
    expect((await as('nobody', 'POST', '/api/2.0/mlflow/model-versions/create', body)).status).toBe(403);
    const copy = { name: 'own', source: `models:/${made.name}/1` };
    expect((await as('nobody', 'POST', '/api/2.0/mlflow/model-versions/create', copy)).status).toBe(403);
    const file = `/model-versions/get-artifact?name=${made.name}&version=1&path=x`;
    expect((await as('nobody', 'GET', file)).status).toBe(403);
    const spelled = `/api/2.0/mlflow/experiments/get?experiment_id=%2B0${made.experiment}`;
    expect((await as('nobody', 'GET', spelled)).status).toBe(403);
  });
});

describe('roles', () => {
  it('who makes something is its admin, and gives and takes roles on it', async () => {
    const created = await as('editor', 'POST', '/api/2.0/mlflow/experiments/create', { name: 'mine' });
    const id = String(created.body['experiment_id']);
    const tag = { experiment_id: id, key: 'a', value: 'b' };
    const setTag = () => as('viewer', 'POST', '/api/2.0/mlflow/experiments/set-experiment-tag', tag);
    expect((await setTag()).status).toBe(403);
    expect(
      (await as('editor', 'PUT', `/api/v1/access/experiments/${id}/grants/viewer`, { role: 'editor' })).status,
    ).toBe(204);
    expect((await setTag()).status).toBe(200);
    expect((await as('editor', 'DELETE', `/api/v1/access/experiments/${id}/grants/viewer`)).status).toBe(204);
    expect((await setTag()).status).toBe(403);
  });

  it('approvers approve, under the name that they have proven', async () => {
    const at = `/api/v1/models/${made.name}/versions/1`;
    expect((await as('editor', 'POST', `${at}/approvals`, {})).status).toBe(403);
    expect((await as('approver', 'POST', `${at}/approvals`, {})).status).toBe(200);
    expect(JSON.stringify((await as('viewer', 'GET', `${at}/evidence`)).body)).toContain('"approver"');
  });

  it('go along with a model that is renamed', async () => {
    const name = 'renamed later';
    await admin('POST', '/api/2.0/mlflow/registered-models/create', { name });
    await admin('PUT', `/api/v1/access/models/${encodeURIComponent(name)}/grants/viewer`, { role: 'editor' });
    const describe = (called: string) =>
      as('viewer', 'PATCH', '/api/2.0/mlflow/registered-models/update', { name: called, description: 'd' });
    expect((await describe(name)).status).toBe(200);
    await admin('POST', '/api/2.0/mlflow/registered-models/rename', { name, new_name: 'renamed' });
    expect((await describe('renamed')).status).toBe(200);
    await admin('POST', '/api/2.0/mlflow/registered-models/create', { name });
    expect((await describe(name)).status).toBe(403);
  });

  it('a revoked key opens nothing, and a password may be changed', async () => {
    await admin('POST', '/api/v1/access/users', { name: 'kim', password });
    expect((await ask(['POST', '/api/v1/access/users/kim/keys'], basic('kim'), {})).status).toBe(201);
    const listed = await ask(['GET', '/api/v1/access/users/kim/keys'], basic('kim'));
    const [key] = listed.body['keys'] as { id: string }[];
    expect(Object.keys(key ?? {}).sort()).toEqual(['createdAtMs', 'description', 'expiresAtMs', 'id']);
    expect((await ask(['GET', '/api/v1/access/users/root/keys'], basic('kim'))).status).toBe(403);
    expect((await ask(['DELETE', `/api/v1/access/users/kim/keys/${key?.id}`], basic('kim'))).status).toBe(204);
    const change = { password: 'another horse' };
    expect((await ask(['PUT', '/api/v1/access/users/kim/password'], basic('kim'), change)).status).toBe(204);
    expect((await ask(['GET', '/api/v1/access/me'], basic('kim'))).status).toBe(401);
    const me = await ask(['GET', '/api/v1/access/me'], basic('kim', change.password));
    expect(me.body).toEqual({ name: 'kim', kind: 'user', role: 'viewer' });
  });
});

describe('comments and share links', () => {
  it.each([
    ['a run', () => `/api/v1/runs/${made.run}/comments`],
    ['a version', () => `/api/v1/models/${made.name}/versions/1/comments`],
  ])('people comment on %s, and change what they said', async (_what, address) => {
    const added = await as('viewer', 'POST', address(), { text: 'looks fine' });
    expect([added.status, added.body['author']]).toEqual([201, 'viewer']);
    const one = `${address()}/${String(added.body['id'])}`;
    expect((await as('editor', 'PUT', one, { text: 'no' })).body['code']).toBe('COMMENT_NOT_YOURS');
    expect((await as('viewer', 'PUT', one, { text: 'looks good' })).status).toBe(200);
    expect((await as('nobody', 'GET', address())).status).toBe(403);
    const { comments } = (await as('editor', 'GET', address())).body as { comments: Json[] };
    expect(comments.at(-1)).toMatchObject({ text: 'looks good', author: 'viewer' });
    expect((await as('editor', 'DELETE', one)).status).toBe(403);
    expect((await admin('DELETE', one)).status).toBe(204);
    expect((await as('viewer', 'PUT', one, { text: 'gone' })).status).toBe(404);
  });

  it('a link is read without signing in only when it is public, and until it is revoked', async () => {
    const body = { runIds: [made.run], comparison: { metrics: ['auc'] }, expiresInDays: 1 };
    expect((await as('nobody', 'POST', '/api/v1/share-links', body)).status).toBe(403);
    const open = await as('viewer', 'POST', '/api/v1/share-links', { ...body, public: true });
    const closed = await as('viewer', 'POST', '/api/v1/share-links', body);
    const [openAt, closedAt] = [open, closed].map(({ body: link }) => `/api/v1/share-links/${String(link['id'])}`);
    expect((await ask(['GET', openAt ?? ''], {})).body).toMatchObject({ ...open.body, comparison: body.comparison });
    expect((await ask(['GET', closedAt ?? ''], {})).status).toBe(401);
    expect((await as('nobody', 'GET', closedAt ?? '')).status).toBe(403);
    expect((await as('editor', 'GET', closedAt ?? '')).status).toBe(200);
    const comparison = async (headers: Readonly<Record<string, string>>, at = openAt) => {
      const { status, body: shown } = await ask(['GET', `${at}/comparison?histories=auc`], headers);
      return status === 200 ? (shown['runs'] as { run_id: string }[]).map(({ run_id }) => run_id) : status;
    };
    expect(await comparison({})).toEqual([made.run]);
    expect(await comparison({}, closedAt)).toBe(401);
    expect(await comparison(bearer(keys['nobody'] ?? ''), closedAt)).toBe(403);
    expect(await comparison(bearer(keys['editor'] ?? ''), closedAt)).toEqual([made.run]);
    const grant = `/api/v1/access/experiments/${made.experiment}/grants/viewer`;
    await admin('PUT', grant, { role: 'none' });
    expect(await comparison({})).toBe(403);
    await admin('PUT', grant, { role: 'viewer' });
    expect((await as('editor', 'DELETE', openAt ?? '')).status).toBe(403);
    expect((await as('viewer', 'DELETE', openAt ?? '')).status).toBe(204);
    expect((await ask(['GET', openAt ?? ''], {})).status).toBe(404);
  });
});

describe('two instances', () => {
  const [first, second] = [0, 1].map(
    (index) => (method: string, address: string, headers: Readonly<Record<string, string>>, body?: unknown) =>
      ask([method, address], headers, body, services.all('tracking')[index]?.url),
  ) as [InstanceCall, InstanceCall];
  const root = basic('root');
  const give = (role: string) => first('PUT', '/api/v1/access/roles/dora', root, { role });
  const rename = (key: string) =>
    second('POST', '/api/2.0/mlflow/experiments/set-experiment-tag', bearer(key), {
      experiment_id: made.experiment,
      key: 'k',
      value: 'v',
    });

  beforeAll(async () => {
    await (await services.launch('tracking')).ready();
    expect((await first('POST', '/api/v1/access/users', root, { name: 'dora' })).status).toBe(201);
  });

  it('take away what one of them has taken away, in the next request', async () => {
    for (let round = 0; round < 5; round += 1) {
      const key = (await first('POST', '/api/v1/access/users/dora/keys', root, {})).body as { id: string; key: string };
      expect((await rename(key.key)).status).toBe(403);
      await give('editor');
      expect((await rename(key.key)).status).toBe(200);
      await give('viewer');
      expect((await rename(key.key)).status).toBe(403);
      expect((await first('DELETE', `/api/v1/access/users/dora/keys/${key.id}`, root)).status).toBe(204);
      expect((await rename(key.key)).status).toBe(401);
      await first('DELETE', '/api/v1/access/roles/dora', root);
    }
  });

  it('hold what was acknowledged by one that is killed right after', async () => {
    const { key } = (await first('POST', '/api/v1/access/users/dora/keys', root, {})).body as { key: string };
    await give('approver');
    const comment = await first('POST', `/api/v1/runs/${made.run}/comments`, bearer(key), { text: 'kept' });
    const link = await first('POST', '/api/v1/share-links', bearer(key), { runIds: [made.run], public: true });
    await services.get('tracking').signal('SIGKILL');
    const held = async (call: InstanceCall) => [
      (await call('GET', '/api/v1/access/me', bearer(key))).body,
      JSON.stringify((await call('GET', `/api/v1/runs/${made.run}/comments`, bearer(key))).body).includes(
        String(comment.body['id']),
      ),
      (await call('GET', `/api/v1/share-links/${String(link.body['id'])}`, {})).status,
    ];
    const kept = [{ name: 'dora', kind: 'user', role: 'approver' }, true, 200];
    expect(await held(second)).toEqual(kept);
    services.get('tracking').start();
    await services.get('tracking').ready();
    expect(await held(first)).toEqual(kept);
  });
});

it('the unmodified MLflow client signs in with a password and with a token', async () => {
  const python = services.env['MILLRACE_PYTHON'];
  if (python === undefined) throw new Error('MILLRACE_PYTHON is not set: start the stack, which builds it');
  const known = { password, run: made.run, nobody: keys['nobody'], viewer: keys['viewer'] };
  const script = path.join(import.meta.dirname, 'people_client.py');
  const { stdout } = await promisify(execFile)(python, [script, JSON.stringify(known)], {
    env: { ...process.env, ...services.env, MLFLOW_TRACKING_URI: gateway },
  });
  const found = JSON.parse(stdout.split('RESULT ')[1] ?? '') as Record<'by_password' | 'by_key', Json>;
  expect(found).toMatchObject({ refused: 'PERMISSION_DENIED', unknown: 'UNAUTHENTICATED' });
  expect([found.by_password['text'], found.by_key['text']]).toEqual(['hello', 'hello']);
  expect(found.by_password['names']).toContain('guarded');
  expect(found.by_key['names']).toContain('by key');
  expect(found.by_key['names']).not.toContain('guarded');
});
