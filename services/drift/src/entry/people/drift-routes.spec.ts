import { routeName } from '@millrace/people';
import { routesOfModule } from '@millrace/testing';
import { expect, it } from 'vitest';
import { DriftModule } from '../../drift.module.ts';
import { driftRoutes } from './drift-routes.ts';

const routes = routesOfModule(DriftModule).map(({ route, isMutating }) => {
  const [method = '', pattern = ''] = route.split(' ');
  return { name: routeName(method, pattern), isMutating };
});

it('every route says what it needs, and one that changes something needs a role', () => {
  expect(routes.length).toBeGreaterThan(6);
  expect(routes.filter(({ name }) => !(name in driftRoutes)).map(({ name }) => name)).toEqual([]);
  expect(routes.filter(({ name, isMutating }) => isMutating && !('role' in (driftRoutes[name] ?? {})))).toEqual([]);
});
