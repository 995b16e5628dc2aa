import { integer, pageSize, text, textList } from '@millrace/mlflow-protocol';
import { z } from 'zod';
import type { DatasetSummary } from '../../flow/ports.ts';

const maxPointsARun = 2_500;
const optionalStep = integer.nullish().transform((step) => step ?? undefined);

export const searchDatasets = z.object({ experiment_ids: textList });
export const getExperiment = z.object({ experiment_id: text });
export const metricIntervals = z.object({
  run_ids: textList,
  metric_key: text,
  start_step: optionalStep,
  end_step: optionalStep,
  max_results: pageSize(maxPointsARun, maxPointsARun),
});

export function datasetSummaryJson({ experimentId, name, digest, context }: DatasetSummary) {
  return { experiment_id: experimentId, name, digest, ...(context !== null && { context }) };
}
