import { needsOf, routeName, type Asked } from '@millrace/people';
import { routesOfModule } from '@millrace/testing';
import { expect, it } from 'vitest';
import { InferenceModule } from '../../inference.module.ts';
import { inferenceRoutes } from './inference-routes.ts';

const routes = routesOfModule(InferenceModule).map(({ route, isMutating }) => {
  const [method = '', pattern = ''] = route.split(' ');
  return { name: routeName(method, pattern), isMutating };
});

it('every route says what it needs, and one that changes something needs a role', () => {
  expect(routes.length).toBeGreaterThan(6);
  expect(routes.filter(({ name }) => !(name in inferenceRoutes)).map(({ name }) => name)).toEqual([]);
  expect(routes.filter(({ name, isMutating }) => isMutating && !('role' in (inferenceRoutes[name] ?? {})))).toEqual([]);
});

it.each([
  [{ name: 'e', model: { name: 'fraud', target: 'alias:a' } }, [{ kind: 'model', id: 'fraud' }]],
  // Naming nothing asks for the role on everything.
  [{ name: 'e', model: 'fraud' }, []],
  [null, []],
])('whoever makes an endpoint of %j approves of its model', (body, named) => {
  const needs = needsOf(inferenceRoutes, 'POST', '/api/v1/endpoints');
  const asked: Asked = { url: '/', params: {}, query: {}, body, headers: {} };
  expect('role' in needs && [needs.role, needs.on(asked)]).toEqual(['approver', named]);
});
