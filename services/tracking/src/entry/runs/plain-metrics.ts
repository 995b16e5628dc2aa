import type { RunMetric } from '@millrace/schemas';

const optionalFields = ['model_id', 'dataset_name', 'dataset_digest'] as const;

/**
 * The points of a request when all of them are as clients write them: numbers that are numbers, texts that are texts. Null
 * when any is not: then the schema reads them, which takes ten times as long and knows the other forms and the words of a refusal.
 */
export function plainMetrics(raw: unknown): RunMetric[] | null {
  if (!Array.isArray(raw)) return null;
  const points: RunMetric[] = [];
  for (const item of raw as unknown[]) {
    const point = plainMetric(item);
    if (point === null) return null;
    points.push(point);
  }
  return points;
}

function plainMetric(raw: unknown): RunMetric | null {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return null;
  const said = raw as Record<string, unknown>;
  const { key, value, timestamp, step = 0 } = said;
  if (typeof key !== 'string' || key === '' || typeof value !== 'number' || !Number.isFinite(value)) return null;
  if (!Number.isSafeInteger(timestamp) || Number(timestamp) < 0 || !Number.isSafeInteger(step)) return null;
  for (const field of optionalFields) {
    const text = said[field];
    if (text !== undefined && text !== null && typeof text !== 'string') return null;
  }
  return {
    key,
    value,
    timestampMs: Number(timestamp),
    step: Number(step),
    modelId: (said['model_id'] as string | null | undefined) || null,
    runId: null,
    datasetName: (said['dataset_name'] as string | null | undefined) || null,
    datasetDigest: (said['dataset_digest'] as string | null | undefined) || null,
  };
}
