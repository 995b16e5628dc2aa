import { authorizationOf } from '@millrace/people';
import { z } from 'zod';
import type { Endpoints, ServingEndpoint } from '../flow/lineage/trace-version.ts';

const answer = z.object({
  endpoints: z.array(
    z.object({
      name: z.string(),
      model: z.object({ name: z.string(), target: z.string() }),
      active: z.object({ version: z.string() }).nullable(),
    }),
  ),
});
const timeoutMs = 3_000;

/** Asks the inference service what it serves. */
export class InferenceEndpoints implements Endpoints {
  readonly #url: string;
  readonly #identity: Readonly<Record<string, string>>;

  constructor(inferenceUrl: string, serviceToken: string | undefined) {
    this.#url = inferenceUrl;
    this.#identity = authorizationOf(serviceToken);
  }

  async list(): Promise<readonly ServingEndpoint[] | null> {
    const response = await this.#get('/api/v1/endpoints');
    if (!response?.ok) return null;
    const { endpoints } = answer.parse(await response.json());
    return endpoints.map(({ name, model, active }) => ({ name, model, activeVersion: active?.version ?? null }));
  }

  async #get(path: string): Promise<Response | null> {
    try {
      return await fetch(this.#url + path, { headers: this.#identity, signal: AbortSignal.timeout(timeoutMs) });
    } catch {
      return null;
    }
  }
}
