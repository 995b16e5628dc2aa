import { doesNotExist, invalidParameter } from '@millrace/mlflow-protocol';
import { z } from 'zod';
import type { VersionSources } from '../flow/ports.ts';
import { RegistryHttp, type RegistryAddress } from './registry-http.ts';

const found = z.object({ artifact_uri: z.string() });
const refusal = z.object({ message: z.string() });

/** Asks the registry where the files of a model version lie. */
export class RegistrySources implements VersionSources {
  readonly #registry: RegistryHttp;

  constructor(registry: RegistryAddress) {
    this.#registry = new RegistryHttp(registry, 'the registry cannot say where the version lies');
  }

  async sourceOf(name: string, version: string): Promise<string> {
    const query = new URLSearchParams({ name, version });
    const response = await this.#registry.fetch(`/api/2.0/mlflow/model-versions/get-download-uri?${query.toString()}`);
    if (response.ok) return found.parse(await response.json()).artifact_uri;
    const body = refusal.safeParse(await response.json().catch(() => null));
    const message = body.success ? body.data.message : `The registry answered ${response.status}.`;
    if (response.status === 404) throw doesNotExist(message);
    if (response.status === 400) throw invalidParameter(message);
    throw this.#registry.unavailable(`it answered ${response.status}`);
  }
}
