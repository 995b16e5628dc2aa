import { z } from 'zod';
import { pinArtifact } from '../flow/pin-artifact.ts';
import type { ModelArtifacts, ResolvedSource } from '../flow/ports.ts';
import type { TrackingHttp } from './tracking-http.ts';

const resolvedArtifacts = z.object({
  artifactUri: z.string(),
  runId: z.string().nullable(),
  modelId: z.string().nullable(),
  files: z.array(z.object({ path: z.string(), hash: z.string(), sizeBytes: z.number() })),
});

/** Asks the tracking service which files a source holds. */
export class TrackingModelArtifacts implements ModelArtifacts {
  readonly #tracking: TrackingHttp;

  constructor(tracking: TrackingHttp) {
    this.#tracking = tracking;
  }

  async resolve(source: string): Promise<ResolvedSource | null> {
    const answer = await this.#tracking.json(`/api/v1/artifacts/resolve?uri=${encodeURIComponent(source)}`);
    if (answer === null) return null;
    const { artifactUri, runId, modelId, files } = resolvedArtifacts.parse(answer);
    return { artifactUri, runId, modelId, artifact: pinArtifact(artifactUri, files), files };
  }
}
