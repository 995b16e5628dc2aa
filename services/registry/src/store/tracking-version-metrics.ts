import { metricValue } from '@millrace/mlflow-protocol';
import { z } from 'zod';
import { latestMetrics } from '../flow/rules/latest-metrics.ts';
import type { VersionMetrics } from '../flow/ports.ts';
import type { ModelVersion } from '../flow/registry-state.ts';
import type { MetricValues } from '../flow/rules/promotion-rules.ts';
import type { TrackingHttp } from './tracking-http.ts';

const metric = z.object({
  key: z.string(),
  value: metricValue,
  step: z.coerce.number().default(0),
  timestamp: z.coerce.number().default(0),
});
const data = z.object({ metrics: z.array(metric).default([]) });
const runAnswer = z.object({ run: z.object({ data }) });
const modelAnswer = z.object({ model: z.object({ data }) });

/** Asks the tracking service what was measured. */
export class TrackingVersionMetrics implements VersionMetrics {
  readonly #tracking: TrackingHttp;

  constructor(tracking: TrackingHttp) {
    this.#tracking = tracking;
  }

  async of({ runId, modelId }: Pick<ModelVersion, 'runId' | 'modelId'>): Promise<MetricValues> {
    const run = await this.#ask('/api/2.0/mlflow/runs/get?run_id=', runId);
    const model = await this.#ask('/api/2.0/mlflow/logged-models/', modelId);
    return {
      ...(run === null ? {} : latestMetrics(runAnswer.parse(run).run.data.metrics)),
      ...(model === null ? {} : latestMetrics(modelAnswer.parse(model).model.data.metrics)),
    };
  }

  /** Clients may claim any id: one that is not well-formed Unicode is nobody's. */
  async #ask(path: string, id: string | null): Promise<unknown> {
    return id?.isWellFormed() ? this.#tracking.json(path + encodeURIComponent(id)) : null;
  }
}
