import { UnavailableError } from '@millrace/service-kit';
import { z } from 'zod';
import { pinArtifact } from '../flow/pin-artifact.ts';
import type { ModelArtifacts, ResolvedSource } from '../flow/ports.ts';

const resolvedArtifacts = z.object({
  artifactUri: z.string(),
  runId: z.string().nullable(),
  modelId: z.string().nullable(),
  files: z.array(z.object({ path: z.string(), hash: z.string(), sizeBytes: z.number() })),
});

const timeoutMs = 10_000;

/** Asks the tracking service which files a source holds. */
export class TrackingModelArtifacts implements ModelArtifacts {
  readonly #url: string;

  constructor(trackingUrl: string) {
    this.#url = trackingUrl;
  }

  async resolve(source: string): Promise<ResolvedSource | null> {
    const response = await this.#get(`/api/v1/artifacts/resolve?uri=${encodeURIComponent(source)}`);
    if (response.status === 404 || response.status === 400) return null;
    if (!response.ok) throw unavailable(`it answered ${response.status}`);
    const { artifactUri, runId, modelId, files } = resolvedArtifacts.parse(await response.json());
    return { artifactUri, runId, modelId, artifact: pinArtifact(artifactUri, files) };
  }

  async #get(path: string): Promise<Response> {
    try {
      return await fetch(this.#url + path, { signal: AbortSignal.timeout(timeoutMs) });
    } catch (cause) {
      throw unavailable(cause instanceof Error ? cause.message : String(cause), cause);
    }
  }
}

function unavailable(reason: string, cause?: unknown): UnavailableError {
  return new UnavailableError(
    'TRACKING_UNAVAILABLE',
    `the tracking service cannot say what the model holds: ${reason}`,
    { cause },
  );
}
