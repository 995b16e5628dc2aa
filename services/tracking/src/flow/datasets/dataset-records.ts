import { createHash } from 'node:crypto';
import { invalidParameter } from '@millrace/mlflow-protocol';
import type { DatasetRecordWrite } from '@millrace/schemas';
import {
  canonicalJson,
  ExactJsonError,
  isExactObject,
  readExactJson,
  writeExactJson,
  type ExactJson,
  type ExactObject,
} from './exact-json.ts';

export const userTag = 'mlflow.user';

const sourceTypes = ['UNSPECIFIED', 'TRACE', 'HUMAN', 'DOCUMENT', 'CODE'];

/** The records of a request, each with its id: equal inputs of one dataset have one id, whoever writes them. */
export function readRecords(datasetId: string, json: string): DatasetRecordWrite[] {
  const records = readJson('records', json);
  if (!Array.isArray(records)) throw invalidParameter("Invalid value for parameter 'records': it must be a JSON list");
  return records.map((record: ExactJson, index) => {
    const path = `records[${index}]`;
    if (!isExactObject(record)) throw notAnObject(path);
    const inputs = objectAt(record, 'inputs', path) ?? new Map<string, ExactJson>();
    const outputs = record.get('outputs');
    return {
      recordId: recordIdOf(datasetId, inputs),
      inputs: writeExactJson(inputs),
      outputs: outputs === undefined ? null : writeExactJson(outputs),
      expectations: textOf(objectAt(record, 'expectations', path)),
      tags: textOf(objectAt(record, 'tags', path)),
      source: sourceOf(record, path),
    };
  });
}

/** A JSON document that a request holds as text. */
export function readJson(name: string, json: string): ExactJson {
  try {
    return readExactJson(json);
  } catch (error) {
    if (!(error instanceof ExactJsonError)) throw error;
    throw invalidParameter(`Invalid value for parameter '${name}': it is not JSON, ${error.message}`);
  }
}

function recordIdOf(datasetId: string, inputs: ExactObject): string {
  const hash = createHash('sha256').update(datasetId).update('\0').update(canonicalJson(inputs)).digest('hex');
  return `dr-${hash.slice(0, 32)}`;
}

function objectAt(record: ExactObject, name: string, path: string): ExactObject | null {
  const value = record.get(name) ?? null;
  if (value === null || isExactObject(value)) return value;
  throw notAnObject(`${path}.${name}`);
}

function textOf(value: ExactObject | null): string | null {
  return value === null ? null : writeExactJson(value);
}

/** An empty source is none, as for MLflow. */
function sourceOf(record: ExactObject, path: string): string | null {
  const source = objectAt(record, 'source', path);
  if (source === null || source.size === 0) return null;
  const type = source.get('source_type');
  if (typeof type !== 'string')
    throw invalidParameter(`Missing value for required parameter '${path}.source.source_type'.`);
  const standard = type.toUpperCase();
  if (!sourceTypes.includes(standard)) {
    throw invalidParameter(
      `Invalid dataset record source type: ${standard}. Valid source types: ['${sourceTypes.join("', '")}']`,
    );
  }
  const data = objectAt(source, 'source_data', `${path}.source`) ?? new Map<string, ExactJson>();
  return writeExactJson(
    new Map<string, ExactJson>([
      ['source_type', standard],
      ['source_data', data],
    ]),
  );
}

function notAnObject(path: string): Error {
  return invalidParameter(`Invalid value for parameter '${path}': it must be a JSON object`);
}
