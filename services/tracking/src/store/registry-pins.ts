import { UnavailableError } from '@millrace/service-kit';
import { z } from 'zod';
import type { ArtifactPins } from '../flow/ports.ts';

const timeoutMs = 30_000;
const answer = z.object({ pinned: z.array(z.string()) });

/** Asks the registry which contents its versions stand for. */
export class RegistryPins implements ArtifactPins {
  readonly #url: string;

  constructor(registryUrl: string) {
    this.#url = registryUrl;
  }

  async pinnedOf(hashes: readonly string[]): Promise<ReadonlySet<string>> {
    try {
      const response = await fetch(`${this.#url}/api/v1/artifact-pins/search`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ hashes }),
        signal: AbortSignal.timeout(timeoutMs),
      });
      if (!response.ok) throw new Error(`it answered ${response.status}`);
      return new Set(answer.parse(await response.json()).pinned);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new UnavailableError('REGISTRY_UNAVAILABLE', `the registry cannot say what its versions need: ${reason}`, {
        cause,
      });
    }
  }
}
