import { anybody, onEverything, type RouteTable } from '@millrace/people';

const readers = onEverything('viewer');

/** What each route of the service needs: the one place that says it. Features are everybody's, so roles are those on everything. */
export const featuresRoutes: RouteTable = {
  'POST /api/v1/definitions': onEverything('editor'),
  // They change what everybody reads, for good.
  'POST /api/v1/sources/:name/resume': onEverything('admin'),
  'DELETE /api/v1/sources/:name': onEverything('admin'),
  'DELETE /api/v1/entities/:name': onEverything('admin'),
  'DELETE /api/v1/feature-views/:name': onEverything('admin'),
  'DELETE /api/v1/feature-services/:name': onEverything('admin'),
  'GET /api/v1/definitions': readers,
  'GET /api/v1/sources': readers,
  'GET /api/v1/sources/:name': readers,
  'GET /api/v1/entities': readers,
  'GET /api/v1/feature-views': readers,
  'GET /api/v1/feature-services': readers,
  'GET /api/v1/feature-services/:name': readers,
  'POST /api/v1/feature-services/:name/candidate': readers,
  'POST /api/v1/online-features': readers,
  'POST /api/v1/training-sets': readers,
  'POST /feast/get-online-features': readers,
  'POST /feast/push': onEverything('editor'),
  'POST /feast/write-to-online-store': onEverything('editor'),
  'GET /feast/registry.db': readers,
  'GET /feast/health': anybody,
  // Predictions of models that its reader does not see are left out.
  'GET /api/v1/trace/*': readers,
};
