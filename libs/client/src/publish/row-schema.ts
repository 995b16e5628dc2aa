import type { AvroField, AvroSchemaJson } from '@millrace/schemas';
import type { ColumnKind, InferredColumn } from '../files/infer-columns.ts';
import { fieldsOf, isUnion, typeOfField } from './avro-type.ts';
import { fieldNames, legalName } from './field-names.ts';

/**
 * A record schema for the columns of a file. Every field is nullable: the next file may lack what this one has. A column without any
 * value has no field yet, since nothing says of what type: it gets one with the first file that has a value.
 */
export function schemaOfColumns(recordName: string, columns: readonly InferredColumn[]): AvroSchemaJson {
  return { type: 'record', name: legalName(recordName), fields: newFields(columns, new Set()) };
}

export interface ExtendedSchema {
  /** The registered one itself where the file needs nothing new. */
  readonly schema: AvroSchemaJson;
  /** Fields that were of whole numbers and hold numbers with fractions from now on. */
  readonly widened: readonly string[];
}

/** The schema that the topic's subject has, with the file's further columns added and whole numbers widened where the file has fractions. */
export function extendSchema(registered: AvroSchemaJson, columns: readonly InferredColumn[]): ExtendedSchema {
  const known = fieldsOf(registered);
  const names = fieldNames(columns.map(({ name }) => name));
  const fractions = new Set(columns.filter(({ kind }) => kind === 'double').map(({ name }) => names.get(name)));
  const added = newFields(columns, new Set(known.map(({ name }) => name)));
  const widened = known.filter((field) => fractions.has(field.name) && isWidenable(field)).map(({ name }) => name);
  if (added.length === 0 && widened.length === 0) return { schema: registered, widened };
  const fields = known.map((field) => (widened.includes(field.name) ? widen(field) : field));
  return { schema: withFields(registered, [...fields, ...added]), widened };
}

/** What rows may hold so that `extendSchema` can take them in. */
export function widestSchema(registered: AvroSchemaJson): AvroSchemaJson {
  return withFields(
    registered,
    fieldsOf(registered).map((field) => (isWidenable(field) ? widen(field) : field)),
  );
}

function withFields(record: AvroSchemaJson, fields: readonly AvroField[]): AvroSchemaJson {
  return Object.assign({}, record, { fields });
}

function newFields(columns: readonly InferredColumn[], known: ReadonlySet<string>): AvroField[] {
  const names = fieldNames(columns.map(({ name }) => name));
  return columns.flatMap(({ name: column, kind }) => {
    const name = names.get(column) ?? column;
    return kind === null || known.has(name) ? [] : { name, type: ['null', avroType(kind)], default: null };
  });
}

function avroType(kind: ColumnKind): AvroSchemaJson {
  return kind === 'timestamp' ? { type: 'long', logicalType: 'timestamp-millis' } : kind;
}

/** Readers of the wider schema can read what was written as whole numbers, which is what the registry asks for. */
function isWidenable({ type }: AvroField): boolean {
  const { name, nullable, logical } = typeOfField(type);
  return nullable && name === 'long' && logical === undefined;
}

function widen(field: AvroField): AvroField {
  const branches = isUnion(field.type) ? field.type : [field.type];
  return { ...field, type: branches.map((branch) => (branch === 'null' ? branch : 'double')) };
}
