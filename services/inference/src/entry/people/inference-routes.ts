import { named, platform, signedIn, textsIn, type RouteTable } from '@millrace/people';

const endpoint = named('endpoint', 'params', 'name');

/** What each route of the service needs: the one place that says it. An endpoint is judged by roles on its model. */
export const inferenceRoutes: RouteTable = {
  // What serves a model to others is decided by who answers for it.
  'POST /api/v1/endpoints': {
    role: 'approver',
    on: (asked) => textsIn({ ...asked, body: fieldOf(asked.body, 'model') }, 'body', 'name').map(modelOf),
  },
  'POST /api/v1/endpoints/:name/redeploy': { role: 'approver', on: endpoint },
  'DELETE /api/v1/endpoints/:name': { role: 'admin', on: endpoint },
  'GET /api/v1/endpoints': signedIn,
  'GET /api/v1/endpoints/:name': { role: 'viewer', on: endpoint },
  // A score is read off a model as its description is.
  'POST /api/v1/endpoints/:name/score': { role: 'viewer', on: endpoint },
  'POST /api/v1/endpoints/:name/score-vectors': { role: 'viewer', on: endpoint },
  'GET /api/v1/access/subjects': platform,
};

function modelOf(id: string): { readonly kind: 'model'; readonly id: string } {
  return { kind: 'model', id };
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}
