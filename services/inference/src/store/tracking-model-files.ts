import type { ModelVersion } from '../flow/model-version.ts';
import type { ModelArtifacts, ModelFile } from '../flow/ports.ts';
import type { ServiceHttp } from './service-http.ts';

/** Model files out of the tracking service's content-addressed store. */
export class TrackingModelFiles implements ModelArtifacts {
  readonly #http: ServiceHttp;
  readonly #maxBytes: number;

  constructor(http: ServiceHttp, maxBytes: number) {
    this.#http = http;
    this.#maxBytes = maxBytes;
  }

  /** By hash, not by the path in the run: what is served is what was registered, whatever the run holds today. */
  async read({ artifactHash }: ModelVersion): Promise<ModelFile> {
    if (!/^[0-9a-f]{64}$/.test(artifactHash)) return { kind: 'missing' };
    const path = `/api/v1/artifacts/sha256/${artifactHash}`;
    const answer = await this.#http.download(path, this.#maxBytes);
    if (answer === null) return { kind: 'too-large', maxBytes: this.#maxBytes };
    if (answer.status === 404) return { kind: 'missing' };
    if (answer.status !== 200) throw new Error(`the tracking service answered ${answer.status} to ${path}`);
    return { kind: 'file', bytes: answer.body };
  }
}
