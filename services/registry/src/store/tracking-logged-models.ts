import { authorizationOf } from '@millrace/people';
import type { ServiceLog } from '@millrace/service-kit';
import type { TrackingAddress } from '../config.ts';
import type { LoggedModels } from '../flow/ports.ts';

const versionsTag = 'mlflow.modelVersions';
const timeoutMs = 10_000;

/** Writes the tag of a logged model at the tracking service. */
export class TrackingLoggedModels implements LoggedModels {
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #log: Pick<ServiceLog, 'warn'>;

  constructor({ url, serviceToken }: TrackingAddress, log: Pick<ServiceLog, 'warn'>) {
    this.#url = url;
    this.#headers = { 'content-type': 'application/json', ...authorizationOf(serviceToken) };
    this.#log = log;
  }

  async setVersions(modelId: string, versions: string): Promise<void> {
    const url = `${this.#url}/api/2.0/mlflow/logged-models/${encodeURIComponent(modelId)}/tags`;
    try {
      const response = await fetch(url, {
        method: 'PATCH',
        headers: this.#headers,
        body: JSON.stringify({ tags: [{ key: versionsTag, value: versions }] }),
        signal: AbortSignal.timeout(timeoutMs),
      });
      await response.body?.cancel();
      if (!response.ok) throw new Error(`the tracking service answered ${response.status}`);
    } catch (error) {
      // The next registration of this model writes all its versions again.
      this.#log.warn('logged-model-versions-not-written', {
        modelId,
        reason: error instanceof Error ? error.message : String(error),
      });
    }
  }
}
