import { z } from 'zod';
import type { ModelVersion } from '../flow/model-version.ts';
import type { ModelVersions } from '../flow/ports.ts';
import type { ServiceHttp } from './service-http.ts';

const described = z.object({
  model: z.string(),
  version: z.string(),
  artifactHash: z.string().nullable(),
  artifactUri: z.string(),
});

/** Model versions by number, over the registry's public API. */
export class RegistryVersions implements ModelVersions {
  readonly #http: ServiceHttp;

  constructor(http: ServiceHttp) {
    this.#http = http;
  }

  async find(model: string, version: string): Promise<ModelVersion | null> {
    const path = `/api/v1/models/${encodeURIComponent(model)}/versions/${encodeURIComponent(version)}`;
    const answer = await this.#http.get(path);
    if (answer.status === 404) return null;
    if (answer.status !== 200) throw new Error(`the registry answered ${answer.status} to ${path}`);
    const found = described.parse(JSON.parse(answer.body.toString('utf8')));
    return {
      model: found.model,
      version: found.version,
      artifactHash: found.artifactHash ?? '',
      artifactUri: found.artifactUri,
      promotedAtMs: 0,
    };
  }
}
