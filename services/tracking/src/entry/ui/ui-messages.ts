import { text, textList } from '@millrace/mlflow-protocol';
import { z } from 'zod';
import type { DatasetSummary } from '../../flow/ports.ts';

export const searchDatasets = z.object({ experiment_ids: textList });
export const getExperiment = z.object({ experiment_id: text });

export function datasetSummaryJson({ experimentId, name, digest, context }: DatasetSummary) {
  return { experiment_id: experimentId, name, digest, ...(context !== null && { context }) };
}
