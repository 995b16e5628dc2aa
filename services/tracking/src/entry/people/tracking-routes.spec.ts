import { needsOf, routeName, type Asked } from '@millrace/people';
import { routesOfModule } from '@millrace/testing';
import { describe, expect, it } from 'vitest';
import { TrackingModule } from '../../tracking.module.ts';
import { hotRoutes } from '../runs/hot-routes.ts';
import { trackingRoutes } from './tracking-routes.ts';

const routes = routesOfModule(TrackingModule).map(({ route, isMutating }) => {
  const [method = '', pattern = ''] = route.split(' ');
  return { name: routeName(method, pattern), pattern, isMutating };
});
const asked = (part: Partial<Asked>): Asked => ({ url: '/', params: {}, query: {}, body: {}, headers: {}, ...part });
const namedBy = (route: string, part: Partial<Asked>) => {
  const [method = '', pattern = ''] = route.split(' ');
  const needs = needsOf(trackingRoutes, method, pattern);
  return 'role' in needs
    ? { role: needs.role, on: needs.on(asked(part)).map(({ kind, id }) => `${kind} ${id}`) }
    : needs;
};

describe('what the routes of tracking need', () => {
  it('is said of every route', () => {
    expect(routes.length).toBeGreaterThan(100);
    const operational = /^\/(health|version)$/;
    const forgotten = routes.filter(({ name, pattern }) => !operational.test(pattern) && !(name in trackingRoutes));
    expect(forgotten.map(({ name }) => name)).toEqual([]);
  });

  it('is a role for whatever changes something, but for what anybody may who has signed in', () => {
    const free = routes
      .filter(({ name, isMutating }) => isMutating && !('role' in (trackingRoutes[name] ?? {})))
      .map(({ name }) => name);
    expect([...new Set(free)].sort()).toEqual(
      [
        'DELETE /api/v1/access/users/:name/keys/:id',
        'DELETE /api/v1/share-links/:id',
        'POST /api/2.0/mlflow/experiments/create',
        'POST /api/2.0/mlflow/gateway-proxy',
        'POST /api/3.0/mlflow/ui-telemetry',
        'POST /api/v1/access/users/:name/keys',
        'POST /graphql',
        'PUT /api/2.0/mlflow-artifacts/mpu/parts/:id/:number',
        'PUT /api/v1/access/users/:name/password',
        'POST /api/2.0/mlflow/experiments/search',
      ].sort(),
    );
  });

  it('is said of hot routes as of all others', () => {
    for (const name of Object.keys(hotRoutes)) {
      const [method = '', pattern = ''] = name.split(' ');
      expect(trackingRoutes[routeName(method, pattern)], name).toHaveProperty('role');
    }
  });

  it.each([
    ['POST /api/2.0/mlflow/runs/create', { body: {} }, 'editor', ['experiment 0']],
    ['POST /ajax-api/2.0/mlflow/runs/create', { body: { experiment_id: 7 } }, 'editor', ['experiment 7']],
    ['POST /api/2.0/mlflow/runs/log-batch', { body: { run_id: '', run_uuid: 'r' } }, 'editor', ['run r']],
    ['POST /api/2.0/mlflow/runs/log-batch', { body: [] }, 'editor', []],
    ['POST /api/2.0/mlflow/runs/log-batch', { body: null }, 'editor', []],
    ['HEAD /api/2.0/mlflow/runs/get', { query: { run_id: ['a', 'b'] } }, 'viewer', ['run a', 'run b']],
    [
      'PUT /api/2.0/mlflow-artifacts/artifacts/*',
      { url: '/ajax-api/2.0/mlflow-artifacts/artifacts/0/a%20b/c?x=1' },
      'editor',
      ['artifact-path 0/a b/c'],
    ],
    [
      'POST /api/2.0/mlflow-artifacts/mpu/create/*',
      { url: '/api/2.0/mlflow-artifacts/mpu/create/0/r/artifacts', body: { path: 'x' } },
      'editor',
      ['artifact-path 0/r/artifacts/file'],
    ],
    [
      'POST /api/3.0/mlflow/traces',
      {
        body: {
          trace: { trace_info: { trace_id: 't', trace_location: { mlflow_experiment: { experiment_id: '3' } } } },
        },
      },
      'editor',
      ['experiment 3', 'trace t'],
    ],
    [
      'POST /api/3.0/mlflow/traces/search',
      { body: { locations: [{ mlflow_experiment: { experiment_id: '1' } }, {}, 4] } },
      'viewer',
      ['experiment 1'],
    ],
    [
      'POST /v1/traces',
      { headers: { 'x-mlflow-experiment-id': '5', 'x-mlflow-run-id': 'r' } },
      'editor',
      ['experiment 5', 'run r'],
    ],
    [
      'POST /api/2.0/mlflow/traces/link-to-run',
      { body: { trace_ids: ['t'], run_id: 'r' } },
      'editor',
      ['trace t', 'run r'],
    ],
    ['POST /api/9.9/unknown', {}, 'admin', []],
  ] as const)('%s with %j is %s on %j', (route, part, role, on) => {
    expect(namedBy(route, part)).toEqual({ role, on });
  });
});
