import { routeName } from '@millrace/people';
import { routesOfModule } from '@millrace/testing';
import { expect, it } from 'vitest';
import { FeaturesModule } from '../../features.module.ts';
import { featuresRoutes } from './features-routes.ts';

const routes = routesOfModule(FeaturesModule).map(({ route, isMutating }) => {
  const [method = '', pattern = ''] = route.split(' ');
  return { name: routeName(method, pattern), isMutating };
});

it('every route says what it needs, and one that changes something needs a role', () => {
  expect(routes.length).toBeGreaterThan(15);
  expect(routes.filter(({ name }) => !(name in featuresRoutes)).map(({ name }) => name)).toEqual([]);
  expect(routes.filter(({ name, isMutating }) => isMutating && !('role' in (featuresRoutes[name] ?? {})))).toEqual([]);
});
