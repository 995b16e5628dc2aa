import {
  allOf,
  anybody,
  named,
  onEverything,
  platform,
  signedIn,
  type Asked,
  type Named,
  type NamedIn,
  type Role,
  type RouteNeeds,
  type RouteTable,
} from '@millrace/people';
import { otlpTracesPath } from '@millrace/mlflow-protocol';
import { pathBehind } from '../artifacts/artifact-requests.ts';

const on = (role: Role, ...sources: readonly NamedIn[]): RouteNeeds => ({ role, on: allOf(...sources) });

const runOfBody = named('run', 'body', 'run_id', 'run_uuid');
const runOfQuery = named('run', 'query', 'run_id', 'run_uuid');
const experimentOfBody = named('experiment', 'body', 'experiment_id');
const experimentOfQuery = named('experiment', 'query', 'experiment_id');
const experimentsOfBody = named('experiment', 'body', 'experiment_ids');
const loggedModel = named('logged-model', 'params', 'id');
const trace = named('trace', 'params', 'id');

const experiments: RouteTable = {
  'POST /api/2.0/mlflow/experiments/create': signedIn,
  'GET /api/2.0/mlflow/experiments/get': on('viewer', named('experiment', 'query', 'experiment_id')),
  'GET /api/2.0/mlflow/experiments/get-by-name': on('viewer', named('experiment-name', 'query', 'experiment_name')),
  'POST /api/2.0/mlflow/experiments/search': signedIn,
  'GET /api/2.0/mlflow/experiments/search': signedIn,
  'POST /api/2.0/mlflow/experiments/update': on('editor', experimentOfBody),
  'POST /api/2.0/mlflow/experiments/delete': on('admin', experimentOfBody),
  'POST /api/2.0/mlflow/experiments/restore': on('admin', experimentOfBody),
  'POST /api/2.0/mlflow/experiments/set-experiment-tag': on('editor', experimentOfBody),
  'POST /api/2.0/mlflow/experiments/delete-experiment-tag': on('editor', experimentOfBody),
  'POST /api/2.0/mlflow/experiments/search-datasets': on('viewer', experimentsOfBody),
};

const runs: RouteTable = {
  'POST /api/2.0/mlflow/runs/create': on('editor', experimentOfNewRun),
  'GET /api/2.0/mlflow/runs/get': on('viewer', runOfQuery),
  'POST /api/2.0/mlflow/runs/update': on('editor', runOfBody),
  'POST /api/2.0/mlflow/runs/delete': on('admin', runOfBody),
  'POST /api/2.0/mlflow/runs/restore': on('admin', runOfBody),
  'POST /api/2.0/mlflow/runs/search': on('viewer', experimentsOfBody),
  'POST /api/2.0/mlflow/runs/log-metric': on('editor', runOfBody),
  'POST /api/2.0/mlflow/runs/log-parameter': on('editor', runOfBody),
  'POST /api/2.0/mlflow/runs/log-batch': on('editor', runOfBody),
  'POST /api/2.0/mlflow/runs/set-tag': on('editor', runOfBody),
  'POST /api/2.0/mlflow/runs/delete-tag': on('editor', runOfBody),
  'POST /api/2.0/mlflow/runs/log-inputs': on('editor', runOfBody),
  'POST /api/2.0/mlflow/runs/outputs': on('editor', runOfBody),
  'POST /api/2.0/mlflow/runs/log-model': on('editor', runOfBody),
  'GET /api/2.0/mlflow/metrics/get-history': on('viewer', runOfQuery),
  'GET /api/2.0/mlflow/metrics/get-history-bulk': on('viewer', named('run', 'query', 'run_id')),
  'GET /api/2.0/mlflow/metrics/get-history-bulk-interval': on('viewer', named('run', 'query', 'run_ids')),
};

const loggedModels: RouteTable = {
  'POST /api/2.0/mlflow/logged-models': on('editor', experimentOfBody),
  'POST /api/2.0/mlflow/logged-models/search': on('viewer', experimentsOfBody),
  'GET /api/2.0/mlflow/logged-models/:id': on('viewer', loggedModel),
  'PATCH /api/2.0/mlflow/logged-models/:id': on('editor', loggedModel),
  'DELETE /api/2.0/mlflow/logged-models/:id': on('admin', loggedModel),
  'PATCH /api/2.0/mlflow/logged-models/:id/tags': on('editor', loggedModel),
  'DELETE /api/2.0/mlflow/logged-models/:id/tags/:key': on('editor', loggedModel),
  'POST /api/2.0/mlflow/logged-models/:id/params': on('editor', loggedModel),
  'GET /api/2.0/mlflow/logged-models/:id/artifacts/directories': on('viewer', loggedModel),
  'GET /api/2.0/mlflow/logged-models/:id/artifacts/files': on('viewer', loggedModel),
};

const artifacts: RouteTable = {
  'GET /api/2.0/mlflow/artifacts/list': on('viewer', runOfQuery),
  'GET /api/2.0/mlflow-artifacts/artifacts': on('viewer', named('artifact-path', 'query', 'path')),
  'GET /api/2.0/mlflow-artifacts/artifacts/*': on('viewer', pathBehindStar),
  'PUT /api/2.0/mlflow-artifacts/artifacts/*': on('editor', pathBehindStar),
  'DELETE /api/2.0/mlflow-artifacts/artifacts/*': on('editor', pathBehindStar),
  'POST /api/2.0/mlflow-artifacts/mpu/create/*': on('editor', folderBehindStar),
  'POST /api/2.0/mlflow-artifacts/mpu/complete/*': on('editor', folderBehindStar),
  'POST /api/2.0/mlflow-artifacts/mpu/abort/*': on('editor', folderBehindStar),
  // MLflow's client sends no credentials to the address of a part: the id of the upload in it is the secret.
  'PUT /api/2.0/mlflow-artifacts/mpu/parts/:id/:number': anybody,
  'GET /get-artifact': on('viewer', runOfQuery),
  'GET /model-versions/get-artifact': on('viewer', named('model', 'query', 'name')),
  'POST /api/2.0/mlflow/upload-artifact': on('editor', runOfQuery),
  'GET /api/v1/artifacts/resolve': on('viewer', named('artifact-uri', 'query', 'uri')),
  // A hash does not say whose content it is.
  'GET /api/v1/artifacts/sha256/:hash': onEverything('viewer'),
  'GET /api/v1/artifacts/uploads/:id': signedIn,
  'GET /api/v1/artifacts/unused': onEverything('admin'),
  'POST /api/v1/artifacts/unused/collect': onEverything('admin'),
};

const traces: RouteTable = {
  'POST /api/3.0/mlflow/traces': on('editor', experimentOfNewTrace, newTrace),
  'GET /api/3.0/mlflow/traces/get': on('viewer', named('trace', 'query', 'trace_id')),
  'GET /api/3.0/mlflow/traces/batchGet': on('viewer', named('trace', 'query', 'trace_ids')),
  'POST /api/3.0/mlflow/traces/batchGetInfos': on('viewer', named('trace', 'body', 'trace_ids')),
  'POST /api/3.0/mlflow/traces/search': on('viewer', experimentsOfLocations),
  'POST /api/3.0/mlflow/traces/metrics': on('viewer', experimentsOfBody),
  'POST /api/3.0/mlflow/traces/calculate-filter-correlation': on('viewer', experimentsOfBody),
  'GET /api/3.0/mlflow/traces/:id': on('viewer', trace),
  'POST /api/3.0/mlflow/traces/:id/assessments': on('editor', trace),
  'GET /api/3.0/mlflow/traces/:id/assessments/:assessment': on('viewer', trace),
  'PATCH /api/3.0/mlflow/traces/:id/assessments/:assessment': on('editor', trace),
  'DELETE /api/3.0/mlflow/traces/:id/assessments/:assessment': on('editor', trace),
  'POST /api/2.0/mlflow/traces': on('editor', experimentOfBody),
  'GET /api/2.0/mlflow/traces': on('viewer', named('experiment', 'query', 'experiment_ids')),
  'PATCH /api/2.0/mlflow/traces/:id': on('editor', trace),
  'GET /api/2.0/mlflow/traces/:id/info': on('viewer', trace),
  // Changes and files are under both versions of the API.
  ...Object.fromEntries(
    ['2.0', '3.0'].flatMap((version) =>
      Object.entries<RouteNeeds>({
        [`PATCH /api/${version}/mlflow/traces/:id/tags`]: on('editor', trace),
        [`DELETE /api/${version}/mlflow/traces/:id/tags`]: on('editor', trace),
        [`GET /api/${version}/mlflow/get-trace-artifact`]: on('viewer', named('trace', 'query', 'request_id')),
        [`POST /api/${version}/mlflow/traces/delete-traces`]: on('admin', experimentOfBody),
        [`POST /api/${version}/mlflow/traces/link-to-run`]: on(
          'editor',
          named('trace', 'body', 'trace_ids'),
          named('run', 'body', 'run_id'),
        ),
        [`POST /api/${version}/mlflow/traces/link-prompts`]: on('editor', named('trace', 'body', 'trace_id')),
      }),
    ),
  ),
  [`POST ${otlpTracesPath}`]: on('editor', experimentOfHeader, runOfHeader),
};

const scorers: RouteTable = {
  'POST /api/3.0/mlflow/scorers/register': on('editor', experimentOfBody),
  'GET /api/3.0/mlflow/scorers/list': on('viewer', experimentOfQuery, named('experiment', 'query', 'experiment_ids')),
  'GET /api/3.0/mlflow/scorers/versions': on('viewer', experimentOfQuery),
  'GET /api/3.0/mlflow/scorers/get': on('viewer', experimentOfQuery),
  'DELETE /api/3.0/mlflow/scorers/delete': on('editor', experimentOfBody),
  'GET /api/3.0/mlflow/scorers/online-configs': signedIn,
};

const dataset = named('dataset', 'params', 'id');

/** A dataset that is in no experiment is read by whoever knows its id, and changed with a role on everything. */
const datasets: RouteTable = {
  'POST /api/3.0/mlflow/datasets/create': on('editor', experimentsOfBody),
  'POST /api/3.0/mlflow/datasets/search': on('viewer', experimentsOfBody),
  'GET /api/3.0/mlflow/datasets/search': on('viewer', named('experiment', 'query', 'experiment_ids')),
  'GET /api/3.0/mlflow/datasets/:id': on('viewer', dataset),
  'DELETE /api/3.0/mlflow/datasets/:id': on('admin', dataset),
  'PATCH /api/3.0/mlflow/datasets/:id/tags': on('editor', dataset),
  'DELETE /api/3.0/mlflow/datasets/:id/tags/:key': on('editor', dataset),
  'GET /api/3.0/mlflow/datasets/:id/experiment-ids': on('viewer', dataset),
  'POST /api/3.0/mlflow/datasets/:id/add-experiments': on('editor', dataset, experimentsOfBody),
  'POST /api/3.0/mlflow/datasets/:id/remove-experiments': on('editor', dataset, experimentsOfBody),
  'POST /api/3.0/mlflow/datasets/:id/records': on('editor', dataset),
  'GET /api/3.0/mlflow/datasets/:id/records': on('viewer', dataset),
  'DELETE /api/3.0/mlflow/datasets/:id/records': on('editor', dataset),
};

const sweep = named('sweep', 'params', 'id');

const sweeps: RouteTable = {
  'POST /api/v1/sweeps': on('editor', named('experiment-name', 'body', 'experiment')),
  'GET /api/v1/sweeps': signedIn,
  'GET /api/v1/sweeps/:id': on('viewer', sweep),
  'POST /api/v1/sweeps/:id/pause': on('editor', sweep),
  'POST /api/v1/sweeps/:id/resume': on('editor', sweep),
  'POST /api/v1/sweeps/:id/cancel': on('editor', sweep),
  'POST /api/v1/sweeps/:id/trials': on('editor', sweep),
  'GET /api/v1/sweeps/:id/trials': on('viewer', sweep),
  'GET /api/v1/sweeps/:id/trials/:number': on('viewer', sweep),
  'POST /api/v1/sweeps/:id/trials/:number/reports': on('editor', sweep),
  'POST /api/v1/sweeps/:id/trials/:number/heartbeat': on('editor', sweep),
  'POST /api/v1/sweeps/:id/trials/:number/complete': on('editor', sweep),
  'POST /api/v1/sweeps/:id/trials/:number/fail': on('editor', sweep),
};

/** What is written with ids, times and authors of others, and what tells everything of everybody. */
const ofAdmins: RouteTable = {
  'POST /api/v1/import/experiments': onEverything('admin'),
  'POST /api/v1/import/runs': onEverything('admin'),
  'POST /api/v1/import/logged-models': onEverything('admin'),
  'GET /api/v1/audit': onEverything('admin'),
  'GET /api/v1/audit/verify': onEverything('admin'),
};

const runOfPath = named('run', 'params', 'id');
const experimentOfPath = named('experiment', 'params', 'id');

const ownApi: RouteTable = {
  'GET /api/v1/runs/:id': on('viewer', runOfPath),
  'DELETE /api/v1/runs/:id': on('admin', runOfPath),
  'GET /api/v1/runs/:id/events': on('viewer', runOfPath),
  'GET /api/v1/runs/:id/environment': on('viewer', runOfPath),
  'GET /api/v1/runs/events': on('viewer', named('run', 'query', 'run_id')),
  'GET /api/v1/experiments/:id': on('viewer', experimentOfPath),
  'GET /api/v1/experiments/:id/events': on('viewer', experimentOfPath),
  'GET /api/v1/compare': on('viewer', named('run', 'query', 'run_ids')),
  'POST /api/v1/compare': on('viewer', named('run', 'body', 'run_ids')),
  // The page holds nothing: what it shows it asks for, with the credentials of its reader.
  'GET /compare': anybody,
};

const pages: RouteTable = {
  // Each operation of a document asks for itself: see guard-operations.ts.
  'POST /graphql': signedIn,
  'GET /graphql': signedIn,
  // A client looks at it before it signs in.
  'GET /api/3.0/mlflow/server-info': anybody,
  'GET /api/3.0/mlflow/ui-telemetry': signedIn,
  'POST /api/3.0/mlflow/ui-telemetry': signedIn,
  'GET /api/2.0/mlflow/gateway-proxy': signedIn,
  'POST /api/2.0/mlflow/gateway-proxy': signedIn,
};

const people: RouteTable = {
  'GET /api/v1/access/me': signedIn,
  'GET /api/v1/access/users': onEverything('admin'),
  'POST /api/v1/access/users': onEverything('admin'),
  'DELETE /api/v1/access/users/:name': onEverything('admin'),
  // Oneself or an admin: the handler looks.
  'PUT /api/v1/access/users/:name/password': signedIn,
  'GET /api/v1/access/users/:name/keys': signedIn,
  'POST /api/v1/access/users/:name/keys': signedIn,
  'DELETE /api/v1/access/users/:name/keys/:id': signedIn,
  'GET /api/v1/access/roles': onEverything('admin'),
  'PUT /api/v1/access/roles/:name': onEverything('admin'),
  'DELETE /api/v1/access/roles/:name': onEverything('admin'),
  'GET /api/v1/access/experiments/:id/grants': on('admin', named('experiment', 'params', 'id')),
  'PUT /api/v1/access/experiments/:id/grants/:name': on('admin', named('experiment', 'params', 'id')),
  'DELETE /api/v1/access/experiments/:id/grants/:name': on('admin', named('experiment', 'params', 'id')),
  'GET /api/v1/access/subjects': platform,
  'GET /api/v1/runs/:id/comments': on('viewer', named('run', 'params', 'id')),
  'POST /api/v1/runs/:id/comments': on('viewer', named('run', 'params', 'id')),
  'PUT /api/v1/runs/:id/comments/:comment': on('viewer', named('run', 'params', 'id')),
  'DELETE /api/v1/runs/:id/comments/:comment': on('viewer', named('run', 'params', 'id')),
  'POST /api/v1/share-links': on('viewer', named('run', 'body', 'runIds')),
  'GET /api/v1/share-links': signedIn,
  // A public link needs no login: the handler asks for one where the link is not.
  'GET /api/v1/share-links/:id': anybody,
  'GET /api/v1/share-links/:id/comparison': anybody,
  'DELETE /api/v1/share-links/:id': signedIn,
};

const placePrefix = /^\/(?:ajax-)?api\/2\.0\/mlflow-artifacts\/(?:artifacts|mpu\/(?:create|complete|abort))\//;

/** What each route of the service needs: the one place that says it, for Nest's routes and the hot ones alike. */
export const trackingRoutes: RouteTable = {
  ...experiments,
  ...runs,
  ...loggedModels,
  ...artifacts,
  ...traces,
  ...scorers,
  ...datasets,
  ...sweeps,
  ...ofAdmins,
  ...ownApi,
  ...pages,
  ...people,
};

/** A run without an experiment goes to the default one. */
function experimentOfNewRun(asked: Asked): readonly Named[] {
  const found = experimentOfBody(asked);
  return found.length > 0 ? found : [{ kind: 'experiment', id: '0' }];
}

function pathBehindStar({ url }: Asked): Named[] {
  return [{ kind: 'artifact-path', id: pathBehind({ url }, placePrefix) }];
}

/** The name of the file in it does not change whose the folder is. */
function folderBehindStar(asked: Asked): Named[] {
  return pathBehindStar(asked).map(({ kind, id }) => ({ kind, id: `${id.replace(/\/$/, '')}/file` }));
}

function infoOf({ body }: Asked): unknown {
  return fieldOf(fieldOf(body, 'trace'), 'trace_info');
}

function experimentOfNewTrace(asked: Asked): Named[] {
  return experimentIn(fieldOf(infoOf(asked), 'trace_location'));
}

/** Sent again it would change the trace that is there. */
function newTrace(asked: Asked): Named[] {
  const id = fieldOf(infoOf(asked), 'trace_id');
  return typeof id === 'string' ? [{ kind: 'trace', id, mayBeNew: true }] : [];
}

function experimentsOfLocations({ body }: Asked): Named[] {
  const locations = fieldOf(body, 'locations');
  return Array.isArray(locations) ? locations.flatMap(experimentIn) : [];
}

function experimentIn(location: unknown): Named[] {
  const id = fieldOf(fieldOf(location, 'mlflow_experiment'), 'experiment_id');
  return typeof id === 'string' ? [{ kind: 'experiment', id }] : [];
}

function experimentOfHeader({ headers }: Asked): Named[] {
  return inHeader(headers['x-mlflow-experiment-id']).map((id) => ({ kind: 'experiment', id }));
}

function runOfHeader({ headers }: Asked): Named[] {
  return inHeader(headers['x-mlflow-run-id']).map((id) => ({ kind: 'run', id }));
}

function inHeader(value: string | string[] | undefined): string[] {
  const first = Array.isArray(value) ? value[0] : value;
  return first === undefined || first === '' ? [] : [first];
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}
