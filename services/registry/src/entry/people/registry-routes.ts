import {
  allOf,
  named,
  onEverything,
  platform,
  signedIn,
  type NamedIn,
  type Role,
  type RouteNeeds,
  type RouteTable,
} from '@millrace/people';

const on = (role: Role, source: NamedIn): RouteNeeds => ({ role, on: source });

const modelOfBody = named('model', 'body', 'name');
const modelOfQuery = named('model', 'query', 'name');
const modelOfPath = named('model', 'params', 'name');
/** Who registers files shows them to all who see the model: they must see them themselves. */
const seeingItsFiles = (runField: string, modelField: string): NamedIn =>
  allOf(
    named('artifact-uri', 'body', 'source'),
    named('run', 'body', runField),
    named('logged-model', 'body', modelField),
  );

const mlflow: RouteTable = {
  'POST /api/2.0/mlflow/registered-models/create': signedIn,
  'GET /api/2.0/mlflow/registered-models/get': on('viewer', modelOfQuery),
  'PATCH /api/2.0/mlflow/registered-models/update': on('editor', modelOfBody),
  'POST /api/2.0/mlflow/registered-models/rename': on('admin', modelOfBody),
  'DELETE /api/2.0/mlflow/registered-models/delete': on('admin', modelOfBody),
  'GET /api/2.0/mlflow/registered-models/search': signedIn,
  'POST /api/2.0/mlflow/registered-models/get-latest-versions': on('viewer', modelOfBody),
  'GET /api/2.0/mlflow/registered-models/get-latest-versions': on('viewer', modelOfQuery),
  'POST /api/2.0/mlflow/registered-models/set-tag': on('editor', modelOfBody),
  'DELETE /api/2.0/mlflow/registered-models/delete-tag': on('editor', modelOfBody),
  'POST /api/2.0/mlflow/registered-models/alias': on('editor', modelOfBody),
  'GET /api/2.0/mlflow/registered-models/alias': on('viewer', modelOfQuery),
  'DELETE /api/2.0/mlflow/registered-models/alias': on('editor', modelOfBody),
  'POST /api/2.0/mlflow/model-versions/create': {
    role: 'editor',
    on: modelOfBody,
    seeing: seeingItsFiles('run_id', 'model_id'),
  },
  'GET /api/2.0/mlflow/model-versions/get': on('viewer', modelOfQuery),
  'PATCH /api/2.0/mlflow/model-versions/update': on('editor', modelOfBody),
  'DELETE /api/2.0/mlflow/model-versions/delete': on('admin', modelOfBody),
  'GET /api/2.0/mlflow/model-versions/search': signedIn,
  'GET /api/2.0/mlflow/model-versions/get-download-uri': on('viewer', modelOfQuery),
  'POST /api/2.0/mlflow/model-versions/transition-stage': on('editor', modelOfBody),
  'POST /api/2.0/mlflow/model-versions/set-tag': on('editor', modelOfBody),
  'DELETE /api/2.0/mlflow/model-versions/delete-tag': on('editor', modelOfBody),
};

const governance: RouteTable = {
  'GET /api/v1/models/:name': on('viewer', modelOfPath),
  'GET /api/v1/models/:name/rules': on('viewer', modelOfPath),
  // Whoever sets the rules passes them.
  'PUT /api/v1/models/:name/rules': on('admin', modelOfPath),
  'DELETE /api/v1/models/:name/rules': on('admin', modelOfPath),
  'POST /api/v1/models/:name/promotions': on('editor', modelOfPath),
  'POST /api/v1/models/:name/rollbacks': on('editor', modelOfPath),
  'POST /api/v1/models/:name/versions': {
    role: 'editor',
    on: modelOfPath,
    seeing: seeingItsFiles('runId', 'modelId'),
  },
  'GET /api/v1/models/:name/versions/:version': on('viewer', modelOfPath),
  'GET /api/v1/models/:name/aliases/:alias': on('viewer', modelOfPath),
  'PUT /api/v1/models/:name/versions/:version/semantic-version': on('editor', modelOfPath),
  'GET /api/v1/models/:name/versions/:version/missing': on('viewer', modelOfPath),
  'GET /api/v1/models/:name/versions/:version/evidence': on('viewer', modelOfPath),
  'POST /api/v1/models/:name/versions/:version/approvals': on('approver', modelOfPath),
  'DELETE /api/v1/models/:name/versions/:version/approvals': on('approver', modelOfPath),
  'PUT /api/v1/models/:name/versions/:version/checks/:check': on('editor', modelOfPath),
  'GET /api/v1/models/:name/versions/:version/card': on('viewer', modelOfPath),
  'PUT /api/v1/models/:name/versions/:version/card': on('editor', modelOfPath),
  'GET /api/v1/models/:name/versions/:version/lineage': on('viewer', modelOfPath),
  'GET /api/v1/lineage': signedIn,
  'GET /api/v1/promotions': signedIn,
  // They carry ids, times and authors of others.
  'POST /api/v1/import/registered-models': onEverything('admin'),
  'POST /api/v1/import/model-versions': onEverything('admin'),
  // The tracking service asks it before it clears contents away.
  'POST /api/v1/artifact-pins/search': platform,
};

/** They hear of every model and version. */
const webhooks: RouteTable = {
  'POST /api/2.0/mlflow/webhooks': onEverything('admin'),
  'GET /api/2.0/mlflow/webhooks': onEverything('admin'),
  'GET /api/2.0/mlflow/webhooks/:id': onEverything('admin'),
  'PATCH /api/2.0/mlflow/webhooks/:id': onEverything('admin'),
  'DELETE /api/2.0/mlflow/webhooks/:id': onEverything('admin'),
  'POST /api/2.0/mlflow/webhooks/:id/test': onEverything('admin'),
  'GET /api/v1/webhooks/:id/deliveries': onEverything('admin'),
};

const people: RouteTable = {
  'GET /api/v1/access/subjects': platform,
  'GET /api/v1/access/models/:name/grants': on('admin', modelOfPath),
  'PUT /api/v1/access/models/:name/grants/:user': on('admin', modelOfPath),
  'DELETE /api/v1/access/models/:name/grants/:user': on('admin', modelOfPath),
  'GET /api/v1/models/:name/versions/:version/comments': on('viewer', modelOfPath),
  'POST /api/v1/models/:name/versions/:version/comments': on('viewer', modelOfPath),
  'PUT /api/v1/models/:name/versions/:version/comments/:comment': on('viewer', modelOfPath),
  'DELETE /api/v1/models/:name/versions/:version/comments/:comment': on('viewer', modelOfPath),
};

/** What each route of the service needs: the one place that says it. */
export const registryRoutes: RouteTable = { ...mlflow, ...governance, ...webhooks, ...people };
