export const upstreamNames = ['tracking', 'registry', 'features', 'inference', 'drift'] as const;
export type UpstreamName = (typeof upstreamNames)[number];

export interface Route {
  /** What addresses begin with, by whole parts of the path. */
  readonly prefix: string;
  readonly upstream: UpstreamName;
  /** What the prefix becomes behind the gateway, when it is another. */
  readonly becomes?: string;
  /** Some answers go on for as long as there is something to tell. */
  readonly streams?: true;
}

const mlflowPrefixes = ['/api', '/ajax-api'] as const;

/** Which service answers what. The longest prefix that fits counts. */
export const routes: readonly Route[] = [
  ...mlflowPrefixes.flatMap((prefix): Route[] => [
    { prefix: `${prefix}/2.0/mlflow/registered-models`, upstream: 'registry' },
    { prefix: `${prefix}/2.0/mlflow/model-versions`, upstream: 'registry' },
    { prefix: `${prefix}/2.0/mlflow/webhooks`, upstream: 'registry' },
    { prefix: `${prefix}/2.0/mlflow-artifacts`, upstream: 'tracking' },
    { prefix: `${prefix}/2.0/mlflow`, upstream: 'tracking' },
    { prefix: `${prefix}/3.0/mlflow`, upstream: 'tracking' },
  ]),
  { prefix: '/v1/traces', upstream: 'tracking' },
  // MLflow's own places for these; the gateway's health is at /health/live and /health/ready.
  { prefix: '/health', upstream: 'tracking' },
  { prefix: '/version', upstream: 'tracking' },
  { prefix: '/get-artifact', upstream: 'tracking' },
  { prefix: '/model-versions/get-artifact', upstream: 'tracking' },
  { prefix: '/graphql', upstream: 'tracking' },
  { prefix: '/api/v1/artifacts', upstream: 'tracking' },
  { prefix: '/api/v1/sweeps', upstream: 'tracking' },
  { prefix: '/api/v1/import/experiments', upstream: 'tracking' },
  { prefix: '/api/v1/import/runs', upstream: 'tracking' },
  { prefix: '/api/v1/import/logged-models', upstream: 'tracking' },
  { prefix: '/api/v1/import', upstream: 'registry' },
  { prefix: '/api/v1/audit', upstream: 'tracking' },
  { prefix: '/api/v1/access/models', upstream: 'registry' },
  { prefix: '/api/v1/access', upstream: 'tracking' },
  { prefix: '/api/v1/share-links', upstream: 'tracking' },
  { prefix: '/api/v1/runs', upstream: 'tracking', streams: true },
  { prefix: '/api/v1/experiments', upstream: 'tracking', streams: true },
  { prefix: '/api/v1/compare', upstream: 'tracking' },
  { prefix: '/compare', upstream: 'tracking' },
  { prefix: '/api/v1/models', upstream: 'registry' },
  { prefix: '/api/v1/promotions', upstream: 'registry' },
  { prefix: '/api/v1/lineage', upstream: 'registry' },
  { prefix: '/api/v1/webhooks', upstream: 'registry' },
  { prefix: '/api/v1/definitions', upstream: 'features' },
  { prefix: '/api/v1/sources', upstream: 'features' },
  { prefix: '/api/v1/entities', upstream: 'features' },
  { prefix: '/api/v1/feature-views', upstream: 'features' },
  { prefix: '/api/v1/feature-services', upstream: 'features' },
  { prefix: '/api/v1/online-features', upstream: 'features' },
  { prefix: '/api/v1/training-sets', upstream: 'features' },
  { prefix: '/api/v1/trace', upstream: 'features' },
  { prefix: '/feast', upstream: 'features' },
  { prefix: '/api/v1/endpoints', upstream: 'inference' },
  { prefix: '/api/v1/drift', upstream: 'drift' },
  // Each service's own pages: documentation, metrics, health.
  ...upstreamNames.flatMap((upstream): Route[] =>
    ['docs', 'metrics', 'health'].map((page) => ({
      prefix: `/services/${upstream}/${page}`,
      upstream,
      becomes: `/${page}`,
    })),
  ),
];
