import {
  checkEntityKey,
  checkLength,
  checkMetricKey,
  checkParamKey,
  cutTo,
  integer,
  invalidParameter,
  metricValue,
  optionalInteger,
  optionalText,
  pageSize,
  protoEnum,
  tagList,
  text,
  timestampMs,
} from '@millrace/mlflow-protocol';
import type { RunDataset, RunMetric, RunParam } from '@millrace/schemas';
import { z } from 'zod';
import { experimentIdOf, viewType } from '../experiments/experiment-requests.ts';

const maxMetrics = 1000;
const maxParamsOrTags = 100;
const maxEntities = 1000;
const maxParamLength = 6000;
const maxTagLength = 8000;
const maxDatasets = 1000;
const maxBatchCharacters = 1_000_000;
const maxDatasetLengths = { name: 500, digest: 36, source: 65_535, schema: 1_048_575, profile: 16_777_215 } as const;
const maxInputTagLengths = { key: 255, value: 500 } as const;

const valueText = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
const listOf = <S extends z.ZodType>(item: S) =>
  z
    .array(item)
    .nullish()
    .transform((items) => items ?? []);
const stepOf = optionalInteger.transform((step) => step ?? 0);

/** Old clients say run_uuid. */
const runIdFields = { run_id: optionalText, run_uuid: optionalText };
export function runIdOf(request: { run_id?: string | undefined; run_uuid?: string | undefined }): string {
  const runId = request.run_id || request.run_uuid;
  if (!runId)
    throw invalidParameter(
      "Missing value for required parameter 'run_id'. See the API docs for more information about request parameters.",
    );
  return runId;
}

const runStatus = protoEnum(['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED']);

const metric = z
  .object({
    key: text,
    value: metricValue,
    timestamp: timestampMs,
    step: stepOf,
    model_id: optionalText,
    dataset_name: optionalText,
    dataset_digest: optionalText,
  })
  .transform((point): RunMetric => ({
    key: point.key,
    value: point.value,
    timestampMs: point.timestamp,
    step: point.step,
    modelId: point.model_id || null,
    runId: null,
    datasetName: point.dataset_name || null,
    datasetDigest: point.dataset_digest || null,
  }));
const param = z.object({ key: text, value: valueText });

const dataset = z
  .object({
    tags: tagList,
    dataset: z.object({
      name: text,
      digest: text,
      source_type: text,
      source: text,
      schema: optionalText,
      profile: optionalText,
    }),
  })
  .transform(({ tags, dataset: { name, digest, source_type, source, schema, profile } }): RunDataset => ({
    name,
    digest,
    sourceType: source_type,
    source,
    schema: schema ?? null,
    profile: profile ?? null,
    tags,
  }));

export const createRun = z.object({
  experiment_id: z
    .union([z.string(), integer.transform(String)])
    .nullish()
    .transform((id) => experimentIdOf(id || '0')),
  user_id: valueText,
  run_name: optionalText,
  start_time: timestampMs.nullish().transform((time) => time ?? undefined),
  tags: tagList,
});
export const runOnly = z.object(runIdFields);
export const updateRun = z.object({
  ...runIdFields,
  status: runStatus.nullish().transform((status) => status ?? undefined),
  end_time: timestampMs.nullish().transform((time) => time ?? undefined),
  run_name: optionalText,
});
export const searchRuns = z.object({
  experiment_ids: listOf(z.string()),
  filter: optionalText,
  run_view_type: viewType,
  max_results: pageSize(1000, 50_000),
  order_by: listOf(z.string()),
  page_token: optionalText,
});
export const logMetric = z.intersection(z.object(runIdFields), metric);
export const logParam = z.object({ ...runIdFields, key: text, value: valueText });
export const logBatch = z.object({
  ...runIdFields,
  metrics: listOf(metric),
  params: listOf(param),
  tags: tagList,
});
export const setTag = z.object({ ...runIdFields, key: text, value: valueText });
export const deleteTag = z.object({ ...runIdFields, key: text });
export const logModel = z.object({ ...runIdFields, model_json: text });
export const logInputs = z.object({
  ...runIdFields,
  datasets: listOf(dataset),
  models: listOf(z.object({ model_id: text })),
});
export const logOutputs = z.object({ ...runIdFields, models: z.array(z.object({ model_id: text, step: stepOf })) });

interface Batch {
  readonly metrics: readonly RunMetric[];
  readonly params: readonly RunParam[];
  readonly tags: readonly { readonly key: string; readonly value: string }[];
}

/** The limits of MLflow on what one batch may hold. */
export function checkBatch({ metrics, params, tags }: Batch): void {
  for (const [index, { key }] of metrics.entries()) checkMetricKey(key, `metrics[${index}].name`);
  for (const [index, { key }] of params.entries()) checkParamKey(key, `params[${index}].key`);
  for (const [index, { key }] of tags.entries()) checkEntityKey(key, `tags[${index}].key`);
  checkCount(metrics.length, 'metrics', maxMetrics);
  checkCount(params.length, 'params', maxParamsOrTags);
  checkCount(tags.length, 'tags', maxParamsOrTags);
  checkCount(metrics.length + params.length + tags.length, 'metrics, params, and tags', maxEntities);
  const twice = repeated(params.map(({ key }) => key));
  if (twice.length > 0) {
    throw invalidParameter(
      `Duplicate parameter keys have been submitted: ['${twice.join("', '")}']. Please ensure the request contains only one param value per param key.`,
    );
  }
}

function repeated(keys: readonly string[]): string[] {
  const seen = new Set<string>();
  return keys.filter((key) => seen.has(key) || !seen.add(key));
}

/** The size of a batch in characters; of a body that did not say its length, as many as it has when written shortest. */
export function checkBatchSize(body: unknown, contentLength: string | undefined): void {
  if (Number(contentLength ?? Infinity) <= maxBatchCharacters) return;
  const size = JSON.stringify(body)?.length ?? 0;
  if (size > maxBatchCharacters) {
    throw invalidParameter(
      `Batched logging API requests must be at most ${maxBatchCharacters} bytes, got a request of size ${size}.`,
    );
  }
}

function checkCount(count: number, what: string, max: number): void {
  if (count > max)
    throw invalidParameter(
      `A batch logging request can contain at most ${max} ${what}. Got ${count} ${what}. Please split up ${what} across multiple requests and try again.`,
    );
}

/** Long values are cut and not refused, as MLflow does by default. */
export function cutParams(params: readonly RunParam[]): RunParam[] {
  return params.map(({ key, value }) => ({ key, value: cutTo(value, maxParamLength) }));
}

export function cutTags(tags: readonly { readonly key: string; readonly value: string }[]) {
  return tags.map(({ key, value }) => ({ key, value: cutTo(value, maxTagLength) }));
}

export function checkDatasets(datasets: readonly RunDataset[]): void {
  checkCount(datasets.length, 'datasets', maxDatasets);
  for (const { name, digest, source, schema, profile, tags } of datasets) {
    checkLengths({ name, digest, source, schema: schema ?? '', profile: profile ?? '' }, maxDatasetLengths);
    for (const { key, value } of tags) checkLengths({ key, value: value ?? '' }, maxInputTagLengths);
  }
}

function checkLengths<K extends string>(
  values: Readonly<Record<K, string>>,
  limits: Readonly<Record<K, number>>,
): void {
  for (const path in limits) checkLength(values[path], { path, max: limits[path] });
}
