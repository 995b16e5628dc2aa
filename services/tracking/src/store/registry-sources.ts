import { doesNotExist, invalidParameter } from '@millrace/mlflow-protocol';
import { UnavailableError } from '@millrace/service-kit';
import { z } from 'zod';
import type { VersionSources } from '../flow/ports.ts';

const timeoutMs = 10_000;
const found = z.object({ artifact_uri: z.string() });
const refusal = z.object({ message: z.string() });

/** Asks the registry where the files of a model version lie. */
export class RegistrySources implements VersionSources {
  readonly #url: string;

  constructor(registryUrl: string) {
    this.#url = registryUrl;
  }

  async sourceOf(name: string, version: string): Promise<string> {
    const query = new URLSearchParams({ name, version });
    const response = await this.#get(`/api/2.0/mlflow/model-versions/get-download-uri?${query.toString()}`);
    if (response.ok) return found.parse(await response.json()).artifact_uri;
    const body = refusal.safeParse(await response.json().catch(() => null));
    const message = body.success ? body.data.message : `The registry answered ${response.status}.`;
    if (response.status === 404) throw doesNotExist(message);
    if (response.status === 400) throw invalidParameter(message);
    throw unavailable(`it answered ${response.status}`);
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
  return new UnavailableError('REGISTRY_UNAVAILABLE', `the registry cannot say where the version lies: ${reason}`, {
    cause,
  });
}
