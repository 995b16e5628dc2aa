import { named, signedIn, type RouteTable } from '@millrace/people';

const monitor = named('monitor', 'params', 'name');

/** What each route of the service needs: the one place that says it. A monitor is judged by roles on the model of its endpoint. */
export const driftRoutes: RouteTable = {
  'POST /api/v1/drift/monitors': { role: 'approver', on: named('endpoint', 'body', 'endpoint') },
  'DELETE /api/v1/drift/monitors/:name': { role: 'admin', on: monitor },
  'GET /api/v1/drift/monitors/:name': { role: 'viewer', on: monitor },
  'GET /api/v1/drift/pages/:endpoint': { role: 'viewer', on: named('endpoint', 'params', 'endpoint') },
  'GET /api/v1/drift/monitors': signedIn,
  'GET /api/v1/drift/reports': signedIn,
  'GET /api/v1/drift/alerts': signedIn,
};
