import { z } from 'zod';
import type { Endpoint } from '../flow/endpoints-domain.ts';
import { startPositions } from '../flow/endpoints-domain.ts';
import type { ServedEndpoint } from '../flow/served-endpoint.ts';

export const endpointView = z.object({
  name: z.string(),
  featureService: z.string(),
  featureServiceVersion: z.number(),
  features: z.array(z.object({ name: z.string(), type: z.string() })),
  model: z.object({ name: z.string(), target: z.string() }),
  startFrom: z.enum(startPositions),
  createdAt: z.string(),
  createdBy: z.string(),
  scoresSince: z.string().nullable().describe('Vectors written before are not scored; null until a model was loaded'),
  state: z.enum(['active', 'loading', 'inactive']),
  reason: z.string().nullable().describe('Why the endpoint is not active'),
  active: z
    .object({ version: z.string(), artifactHash: z.string(), since: z.string() })
    .nullable()
    .describe('The version in charge on this instance'),
  lastRefusal: z
    .object({
      version: z.string(),
      code: z.string(),
      reason: z.string(),
      at: z.string(),
      retryAt: z.string().nullable().describe('Null for a fault of the model itself'),
    })
    .nullable()
    .describe('The newest promoted version, when it is not served'),
  stream: z.object({ lag: z.number(), stoppedBy: z.string().nullable() }).nullable(),
});

export type EndpointView = z.infer<typeof endpointView>;

/** An endpoint as this instance serves it. */
export function viewEndpoint(endpoint: Endpoint, served: ServedEndpoint | undefined): EndpointView {
  const { signature } = endpoint;
  const state = served?.state ?? { kind: 'loading', reason: 'this instance has not come to it yet' };
  const refusal = served?.lastRefusal ?? null;
  return {
    name: endpoint.name,
    featureService: signature.featureService,
    featureServiceVersion: signature.featureServiceVersion,
    features: signature.features.map(({ name, type }) => ({ name, type })),
    model: { ...endpoint.model },
    startFrom: endpoint.startFrom,
    createdAt: isoTime(endpoint.createdAtMs),
    createdBy: endpoint.createdBy,
    scoresSince: endpoint.scoresSinceMs === null ? null : isoTime(endpoint.scoresSinceMs),
    state: state.kind,
    reason: state.kind === 'active' ? null : state.reason,
    active:
      state.kind === 'active'
        ? {
            version: state.model.version.version,
            artifactHash: state.model.version.artifactHash,
            since: isoTime(state.model.sinceMs),
          }
        : null,
    lastRefusal:
      refusal === null
        ? null
        : {
            version: refusal.version,
            code: refusal.code,
            reason: refusal.reason,
            at: isoTime(refusal.atMs),
            retryAt: refusal.retryAtMs === null ? null : isoTime(refusal.retryAtMs),
          },
    stream: served?.stream ?? null,
  };
}

export function isoTime(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
