import { z } from 'zod';
import type { TrackedRuns } from '../flow/lineage/gather-facts.ts';
import type { TrackedRun } from '../flow/lineage/version-facts.ts';
import type { IndexedFile } from '../flow/pin-artifact.ts';
import type { TrackingHttp } from './tracking-http.ts';

const text = z.string().default('');
const tag = z.object({ key: z.string(), value: text });
const dataset = z.object({ name: z.string(), digest: z.string(), source_type: text, source: text });
const runAnswer = z.object({
  run: z.object({
    data: z.object({ tags: z.array(tag).default([]) }).optional(),
    inputs: z
      .object({
        dataset_inputs: z.array(z.object({ dataset })).default([]),
        model_inputs: z.array(z.object({ model_id: z.string() })).default([]),
      })
      .optional(),
  }),
});
const filesAnswer = z.object({
  files: z.array(z.object({ path: z.string(), hash: z.string(), sizeBytes: z.number() })),
});

/** Asks the tracking service what it knows of a run and of files. */
export class TrackingRuns implements TrackedRuns {
  readonly #tracking: TrackingHttp;

  constructor(tracking: TrackingHttp) {
    this.#tracking = tracking;
  }

  async run(runId: string): Promise<TrackedRun | null> {
    // A client may claim any id: one that is not well-formed Unicode is nobody's.
    if (!runId.isWellFormed()) return null;
    const answer = await this.#tracking.json(`/api/2.0/mlflow/runs/get?run_id=${encodeURIComponent(runId)}`);
    if (answer === null) return null;
    const { data, inputs } = runAnswer.parse(answer).run;
    return {
      tags: new Map((data?.tags ?? []).map(({ key, value }) => [key, value])),
      datasets: (inputs?.dataset_inputs ?? []).map(({ dataset: { name, digest, source_type, source } }) => ({
        name,
        digest,
        sourceType: source_type,
        source,
      })),
      inputModelIds: (inputs?.model_inputs ?? []).map(({ model_id: id }) => id),
    };
  }

  async filesOf(runId: string): Promise<readonly IndexedFile[]> {
    const answer = await this.#tracking.json(`/api/v1/artifacts/resolve?uri=${encodeURIComponent(`runs:/${runId}/`)}`);
    return answer === null ? [] : filesAnswer.parse(answer).files;
  }

  async text(hash: string): Promise<string | null> {
    const response = await this.#tracking.get(`/api/v1/artifacts/sha256/${encodeURIComponent(hash)}`);
    return response === null ? null : response.text();
  }
}
