import { MlflowError, mlflowStatuses, type MlflowErrorCode } from '@millrace/mlflow-protocol';
import { z } from 'zod';
import type { RegisteredVersions } from '../flow/ports.ts';
import { RegistryHttp, type RegistryAddress } from './registry-http.ts';

/** Ids in one address: a server takes some 16 KiB of it. */
const idsACall = 100;

const versions = z.looseObject({
  model_versions: z.array(z.looseObject({ run_id: z.string().optional() })).optional(),
});
const refusal = z.object({ error_code: z.string(), message: z.string() });

/** Asks the registry service. */
export class HttpRegisteredVersions implements RegisteredVersions {
  readonly #registry: RegistryHttp;

  constructor(registry: RegistryAddress) {
    this.#registry = new RegistryHttp(registry, 'the registry service cannot say which versions there are');
  }

  async ofRuns(runIds: readonly string[]): Promise<ReadonlyMap<string, readonly object[]>> {
    const found = new Map<string, object[]>();
    for (let from = 0; from < runIds.length; from += idsACall) {
      const ids = runIds.slice(from, from + idsACall).map((id) => `'${id}'`);
      const filter = `run_id IN (${ids.join(',')})`;
      for (const version of (await this.search({ filter, max_results: 200_000 })).model_versions ?? []) {
        const runId = version.run_id ?? '';
        const list = found.get(runId);
        if (list === undefined) found.set(runId, [version]);
        else list.push(version);
      }
    }
    return found;
  }

  async search(request: Readonly<Record<string, unknown>>): Promise<z.output<typeof versions>> {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(request)) {
      for (const one of Array.isArray(value) ? value : [value]) query.append(name, String(one));
    }
    const response = await this.#registry.fetch(`/api/2.0/mlflow/model-versions/search?${query.toString()}`);
    const body: unknown = await response.json().catch(() => null);
    const refused = refusal.safeParse(body);
    if (response.status < 500 && refused.success && refused.data.error_code in mlflowStatuses)
      throw new MlflowError(refused.data.error_code as MlflowErrorCode, refused.data.message);
    if (!response.ok) throw this.#registry.unavailable(`it answered ${response.status}`);
    return versions.parse(body);
  }
}
