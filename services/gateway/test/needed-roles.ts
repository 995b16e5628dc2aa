import type { MutatingRoute } from '@millrace/testing';

/** Of whoever has signed in, whatever their roles. */
const free = [
  'POST experiments/create',
  'POST experiments/search',
  'POST gateway-proxy',
  'POST ui-telemetry',
  'POST graphql',
  'POST registered-models/create',
  'PUT users/{name}/password',
  'POST users/{name}/keys',
  'DELETE keys/{id}',
  'DELETE share-links/{id}',
  'POST v1/online-features',
  'POST v1/training-sets',
  'POST feast/get-online-features',
  'POST {name}/candidate',
];

const forViewers = [
  'POST runs/search',
  'POST search-datasets',
  'POST logged-models/search',
  'POST batchGetInfos',
  'POST traces/search',
  'POST traces/metrics',
  'POST calculate-filter-correlation',
  'POST get-latest-versions',
  'POST comments',
  'PUT comments/{comment}',
  'DELETE comments/{comment}',
  'POST share-links',
  'POST datasets/search',
  'POST api/v1/compare',
  'POST {name}/score',
  'POST {name}/score-vectors',
];

const forApprovers = [
  'POST {version}/approvals',
  'DELETE {version}/approvals',
  'POST v1/endpoints',
  'POST {name}/redeploy',
  'POST drift/monitors',
];

const forAdmins = [
  'POST experiments/delete',
  'POST experiments/restore',
  'POST runs/delete',
  'POST runs/restore',
  'DELETE logged-models/{id}',
  'POST delete-traces',
  'POST registered-models/rename',
  'DELETE registered-models/delete',
  'DELETE model-versions/delete',
  'PUT models/{name}/rules',
  'DELETE models/{name}/rules',
  'PUT grants/{name}',
  'DELETE grants/{name}',
  'PUT grants/{user}',
  'DELETE grants/{user}',
  'POST unused/collect',
  'POST access/users',
  'DELETE users/{name}',
  'PUT roles/{name}',
  'DELETE roles/{name}',
  'POST artifact-pins/search',
  'POST import/experiments',
  'POST import/runs',
  'POST import/logged-models',
  'POST import/registered-models',
  'POST import/model-versions',
  'DELETE api/v1/runs/{id}',
  'DELETE datasets/{id}',
  'POST mlflow/webhooks',
  'PATCH webhooks/{id}',
  'DELETE webhooks/{id}',
  'POST {id}/test',
  'POST v1/definitions',
  'POST {name}/resume',
  'POST feast/push',
  'POST feast/write-to-online-store',
  'DELETE sources/{name}',
  'DELETE entities/{name}',
  'DELETE feature-views/{name}',
  'DELETE feature-services/{name}',
  'DELETE endpoints/{name}',
  'DELETE monitors/{name}',
];

function isOneOf(list: readonly string[], { method, path: address }: MutatingRoute): boolean {
  return list.some((one) => {
    const [verb, end = ''] = one.split(' ');
    return verb === method && address.endsWith(`/${end}`);
  });
}

/** Who is the first that may send the request: 0 whoever has signed in, 1 viewer, 2 editor, 3 approver, 4 admin. */
export function neededBy(route: MutatingRoute): number {
  if (isOneOf(free, route)) return 0;
  if (isOneOf(forViewers, route)) return 1;
  if (isOneOf(forAdmins, route)) return 4;
  return isOneOf(forApprovers, route) ? 3 : 2;
}
