import type { EvaluationDataset } from '../../flow/datasets/dataset-commands.ts';
import type { DescribedDataset } from '../../flow/datasets/evaluation-datasets.ts';
import type { StoredRecord } from '../../flow/datasets/ports.ts';

type Json = Record<string, unknown>;

export function datasetJson(dataset: DescribedDataset): Json {
  return {
    dataset_id: dataset.id,
    name: dataset.name,
    tags: JSON.stringify(Object.fromEntries(dataset.tags)),
    ...(dataset.schema !== null && { schema: dataset.schema }),
    ...(dataset.profile !== null && { profile: dataset.profile }),
    digest: dataset.digest,
    created_time: dataset.createdAtMs,
    last_update_time: dataset.lastUpdatedAtMs,
    ...(dataset.createdBy !== null && { created_by: dataset.createdBy }),
    ...(dataset.lastUpdatedBy !== null && { last_updated_by: dataset.lastUpdatedBy }),
  };
}

/** Only the answer to its creation names a dataset's experiments: clients ask for them when they need them. */
export function createdDatasetJson(dataset: DescribedDataset & Pick<EvaluationDataset, 'experimentIds'>): Json {
  return { ...datasetJson(dataset), experiment_ids: dataset.experimentIds };
}

/** The list as one JSON text. Contents go in as they are kept: their numbers are more than JavaScript's. */
export function recordsJson(datasetId: string, records: readonly StoredRecord[]): string {
  return `[${records.map((record) => recordJson(datasetId, record)).join(', ')}]`;
}

function recordJson(datasetId: string, record: StoredRecord): string {
  const { source_type: type, source_data: data = {} } = sourceOf(record.source);
  const sourceId = type === 'TRACE' ? data['trace_id'] : data['source_id'];
  const members: [string, string | null][] = [
    ['dataset_record_id', JSON.stringify(record.recordId)],
    ['dataset_id', JSON.stringify(datasetId)],
    ['inputs', record.inputs],
    ['outputs', record.outputs],
    ['expectations', record.expectations && objectText(record.expectations)],
    ['tags', objectText(record.tags)],
    ['source', record.source],
    ['source_id', textOrNull(typeof sourceId === 'string' ? sourceId : null)],
    ['source_type', textOrNull(type ?? null)],
    ['created_time', String(record.createdAtMs)],
    ['last_update_time', String(record.updatedAtMs)],
    ['created_by', textOrNull(record.createdBy)],
    ['last_updated_by', textOrNull(record.lastUpdatedBy)],
  ];
  return `{${members.flatMap(([key, json]) => (json === null ? [] : [`"${key}": ${json}`])).join(', ')}}`;
}

function objectText(members: Readonly<Record<string, string>>): string {
  return `{${Object.entries(members)
    .map(([key, json]) => `${JSON.stringify(key)}: ${json}`)
    .join(', ')}}`;
}

function textOrNull(value: string | null): string | null {
  return value === null ? null : JSON.stringify(value);
}

/** What of a source is told apart; data that only Python reads as JSON (NaN) has no id of ours in it. */
function sourceOf(json: string | null): { readonly source_type?: string; readonly source_data?: Json } {
  if (json === null) return {};
  try {
    return JSON.parse(json) as { source_type: string; source_data: Json };
  } catch {
    return {};
  }
}
