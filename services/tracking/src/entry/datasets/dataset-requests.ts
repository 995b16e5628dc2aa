import {
  checkLength,
  integer,
  invalidParameter,
  optionalText,
  pageSize,
  text,
  textList,
} from '@millrace/mlflow-protocol';
import { z } from 'zod';
import type { DatasetTag } from '../../flow/datasets/dataset-commands.ts';
import { readJson } from '../../flow/datasets/dataset-records.ts';
import { ExactNumber, isExactObject, writeExactJson, type ExactJson } from '../../flow/datasets/exact-json.ts';

const experimentIds = z
  .array(z.union([z.string(), integer.transform(String)]))
  .nullish()
  .transform((ids) => ids ?? []);

export const createDataset = z.object({ name: text, tags: optionalText, experiment_ids: experimentIds });
export const searchDatasets = z.object({
  experiment_ids: textList,
  filter_string: optionalText,
  order_by: textList,
  max_results: pageSize(1000, 50_000),
  page_token: optionalText,
});
export const setTags = z.object({ tags: text });
export const upsertRecords = z.object({ records: text });
export const listRecords = z.object({ max_results: pageSize(1000, 10_000), page_token: optionalText });
export const deleteRecords = z.object({ dataset_record_ids: textList });
export const experimentsOnly = z.object({ experiment_ids: experimentIds });

const maxNameLength = 255;
const maxKeyLength = 255;
const maxValueLength = 5000;

export function checkDatasetName(name: string): void {
  checkLength(name, { path: 'name', max: maxNameLength });
}

/** Tags come as a JSON object in a text. One whose value is null is passed over. */
export function readTags(json: string | undefined): DatasetTag[] {
  if (json === undefined || json === '') return [];
  const tags = readJson('tags', json);
  if (tags === null) return [];
  if (!isExactObject(tags)) throw invalidParameter("Invalid value for parameter 'tags': it must be a JSON object");
  return Array.from(tags).flatMap(([key, member]) => {
    if (member === null) return [];
    const value = tagText(member);
    checkLength(key, { path: 'key', max: maxKeyLength });
    checkLength(value, { path: 'value', max: maxValueLength });
    return [{ key, value }];
  });
}

/** As Python writes a value as text. */
function tagText(value: ExactJson): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return value instanceof ExactNumber ? value.text : writeExactJson(value);
}
