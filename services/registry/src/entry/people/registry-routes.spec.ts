import { routeName } from '@millrace/people';
import { routesOfModule } from '@millrace/testing';
import { expect, it } from 'vitest';
import { RegistryModule } from '../../registry.module.ts';
import { registryRoutes } from './registry-routes.ts';

const routes = routesOfModule(RegistryModule).map(({ route, isMutating }) => {
  const [method = '', pattern = ''] = route.split(' ');
  return { name: routeName(method, pattern), isMutating };
});

it('every route says what it needs', () => {
  expect(routes.length).toBeGreaterThan(50);
  expect(routes.filter(({ name }) => !(name in registryRoutes)).map(({ name }) => name)).toEqual([]);
});

it('what changes something needs a role, but for making a model', () => {
  const free = routes.filter(({ name, isMutating }) => isMutating && !('role' in (registryRoutes[name] ?? {})));
  expect([...new Set(free.map(({ name }) => name))].sort()).toEqual([
    'POST /api/2.0/mlflow/registered-models/create',
    'POST /api/v1/artifact-pins/search',
  ]);
});

it('whoever registers a version must see the files that it shows', () => {
  const needs = registryRoutes['POST /api/2.0/mlflow/model-versions/create'];
  const body = { name: 'fraud', source: 'runs:/r/model', run_id: 'r', model_id: 'm-1' };
  const asked = { url: '/', params: {}, query: {}, headers: {}, body };
  expect(needs && 'role' in needs && [needs.on(asked), needs.seeing?.(asked)]).toEqual([
    [{ kind: 'model', id: 'fraud' }],
    [
      { kind: 'artifact-uri', id: 'runs:/r/model' },
      { kind: 'run', id: 'r' },
      { kind: 'logged-model', id: 'm-1' },
    ],
  ]);
});
