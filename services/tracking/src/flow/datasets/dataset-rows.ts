import type { DatasetEvent, DatasetRecordWrite } from '@millrace/schemas';
import { userTag } from './dataset-records.ts';
import {
  ExactNumber,
  isExactObject,
  readExactJson,
  writeExactJson,
  type ExactJson,
  type ExactObject,
} from './exact-json.ts';

/** Where a write lies in the log. */
export interface DatasetWritePosition {
  readonly partition: number;
  readonly offset: number;
}

interface Placed extends DatasetWritePosition {
  readonly datasetId: string;
  readonly recordedAtMs: number;
  readonly actor: string;
}

/** What one write says of one record: a row of history. */
export interface RecordRow extends Placed {
  readonly recordId: string;
  readonly removed: boolean;
  readonly inputs: string;
  /** Empty when the write said nothing of them. */
  readonly outputs: string;
  readonly hasExpectations: boolean;
  readonly expectations: ReadonlyMap<string, string>;
  readonly tags: ReadonlyMap<string, string>;
  readonly source: string;
  readonly saidBy: string;
  /** Place of the record in its write. */
  readonly item: number;
}

/** A field of records. The section `output` is an output that has no fields. */
export interface RecordField {
  readonly section: 'inputs' | 'outputs' | 'output' | 'expectations';
  readonly name: string;
  readonly type: string;
}

/** What one write says of the dataset as a whole. */
export interface WriteRow extends Placed {
  readonly datasetName: string;
  readonly kind: string;
  readonly fields: readonly RecordField[];
  readonly saidBy: string;
}

/** What a write says, in a fixed order: a repeat gives the same rows. */
export function recordRowsOf(event: DatasetEvent, position: DatasetWritePosition): RecordRow[] {
  const placed = placedOf(event, position);
  const written = event.records.map((record) => ({ ...placed, removed: false, ...contentOf(record) }));
  const deleted = event.deletedRecordIds.map((recordId) => ({ ...placed, ...nothing, recordId, removed: true }));
  return [...written, ...deleted].map((row, item) => ({ ...row, item }));
}

export function writeRowOf(event: DatasetEvent, position: DatasetWritePosition): WriteRow {
  const users = event.records.map(({ tags }) => userOf(objectOf(tags))).filter((user) => user !== '');
  return {
    ...placedOf(event, position),
    datasetName: event.datasetName,
    kind: event.type,
    fields: fieldsOf(event.records),
    saidBy: users.at(-1) ?? '',
  };
}

const nothing = {
  inputs: '',
  outputs: '',
  hasExpectations: false,
  expectations: new Map<string, string>(),
  tags: new Map<string, string>(),
  source: '',
  saidBy: '',
};

function placedOf({ datasetId, atMs, actor }: DatasetEvent, { partition, offset }: DatasetWritePosition): Placed {
  return { datasetId, partition, offset, recordedAtMs: atMs, actor };
}

function contentOf({ recordId, inputs, outputs, expectations, tags, source }: DatasetRecordWrite) {
  const said = objectOf(tags);
  return {
    recordId,
    inputs,
    outputs: outputs ?? '',
    hasExpectations: expectations !== null,
    expectations: textsOf(objectOf(expectations)),
    tags: textsOf(said),
    source: source ?? '',
    saidBy: userOf(said),
  };
}

function userOf(tags: ExactObject): string {
  const user = tags.get(userTag);
  return typeof user === 'string' ? user : '';
}

function objectOf(json: string | null): ExactObject {
  const value = json === null ? null : readExactJson(json);
  return isExactObject(value ?? undefined) ? (value as ExactObject) : new Map();
}

function textsOf(members: ExactObject): Map<string, string> {
  return new Map(Array.from(members, ([key, value]) => [key, writeExactJson(value)]));
}

/** Each field once, with the type of the first value that the write has for it. */
function fieldsOf(records: readonly DatasetRecordWrite[]): RecordField[] {
  const fields = new Map<string, RecordField>();
  const add = (field: RecordField): void => {
    const key = `${field.section}/${field.name}`;
    if (!fields.has(key)) fields.set(key, field);
  };
  const addAll = (section: RecordField['section'], members: ExactObject): void => {
    for (const [name, value] of members) add({ section, name, type: typeOf(value) });
  };
  for (const { inputs, outputs, expectations } of records) {
    addAll('inputs', objectOf(inputs));
    const output = outputs === null ? null : readExactJson(outputs);
    if (isExactObject(output)) addAll('outputs', output);
    else if (output !== null) add({ section: 'output', name: '', type: typeOf(output) });
    addAll('expectations', objectOf(expectations));
  }
  return [...fields.values()];
}

/** As MLflow names types in a dataset's schema. */
function typeOf(value: ExactJson): string {
  if (value === null) return 'null';
  if (value instanceof ExactNumber) return value.isWhole ? 'integer' : 'float';
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'string') return 'string';
  return isExactObject(value) ? 'object' : 'array';
}
