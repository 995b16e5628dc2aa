import { z } from 'zod';
import type { ArtifactPins } from '../../flow/ports.ts';
import { RegistryHttp, type RegistryAddress } from '../registry-http.ts';

const timeoutMs = 30_000;
const answer = z.object({ pinned: z.array(z.string()) });

/** Asks the registry which contents its versions stand for. */
export class RegistryPins implements ArtifactPins {
  readonly #registry: RegistryHttp;

  constructor(registry: RegistryAddress) {
    this.#registry = new RegistryHttp(registry, 'the registry cannot say what its versions need');
  }

  async pinnedOf(hashes: readonly string[]): Promise<ReadonlySet<string>> {
    const response = await this.#registry.fetch('/api/v1/artifact-pins/search', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ hashes }),
      timeoutMs,
    });
    if (!response.ok) throw this.#registry.unavailable(`it answered ${response.status}`);
    try {
      return new Set(answer.parse(await response.json()).pinned);
    } catch (cause) {
      throw this.#registry.unavailable(cause instanceof Error ? cause.message : String(cause), cause);
    }
  }
}
