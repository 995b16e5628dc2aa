import type { AvroField, AvroSchemaJson } from '@millrace/schemas';
import { ClientError } from '../client-error.ts';
import type { ColumnKind, InferredColumn } from '../files/infer-columns.ts';
import { fieldsOf, typeOfField, type FieldType } from './avro-type.ts';
import { fieldNames, legalName } from './field-names.ts';

/** A record schema for the columns of a file. Every field is nullable: the next file may lack what this one has. */
export function schemaOfColumns(recordName: string, columns: readonly InferredColumn[]): AvroSchemaJson {
  const names = fieldNames(columns.map(({ name }) => name));
  return {
    type: 'record',
    name: legalName(recordName),
    fields: columns.map(({ name, kind }) => fieldOf(names.get(name) ?? name, kind)),
  };
}

/**
 * The schema that the topic's subject has, with the file's further columns added; the same object when there are none.
 * Columns that the registered fields cannot hold are one error that names all of them.
 */
export function extendSchema(
  registered: AvroSchemaJson,
  columns: readonly InferredColumn[],
  subject: string,
): AvroSchemaJson {
  const known = new Map(fieldsOf(registered).map((field) => [field.name, field]));
  const names = fieldNames(columns.map(({ name }) => name));
  const added: AvroField[] = [];
  const faults: string[] = [];
  const seen = new Set<string>();
  for (const column of columns) {
    const name = names.get(column.name) ?? column.name;
    seen.add(name);
    const field = known.get(name);
    if (!field) added.push(fieldOf(name, column.kind));
    else if (!fits(column, typeOfField(field.type), field))
      faults.push(
        `column "${column.name}" holds ${describe(column)}, the field is ${JSON.stringify(field.type)} there`,
      );
  }
  for (const [name, field] of known) {
    if (!seen.has(name) && !typeOfField(field.type).nullable && !('default' in field))
      faults.push(`field "${name}" needs a value and the file has no such column`);
  }
  if (faults.length > 0) {
    throw new ClientError(
      'CLIENT_SCHEMA_MISMATCH',
      `the file does not fit the schema that subject "${subject}" has: ${faults.join('; ')}. Publish to another topic, or give --schema`,
    );
  }
  if (added.length === 0) return registered;
  return Object.assign({}, registered, { fields: [...known.values(), ...added] });
}

function fieldOf(name: string, kind: ColumnKind | null): AvroField {
  return { name, type: ['null', avroType(kind ?? 'string')], default: null };
}

function avroType(kind: ColumnKind): AvroSchemaJson {
  return kind === 'timestamp' ? { type: 'long', logicalType: 'timestamp-millis' } : kind;
}

const largestInt = 2 ** 31 - 1;
const floating = ['float', 'double'];

function fits(
  { kind, nullable, largest }: InferredColumn,
  { name, nullable: allowed, logical }: FieldType,
  field: AvroField,
): boolean {
  if (nullable && !allowed && !('default' in field)) return false;
  if (kind === null || name === 'string') return true;
  if (kind === 'long') return name === 'long' || (name === 'int' && largest <= largestInt) || floating.includes(name);
  if (kind === 'double') return floating.includes(name);
  if (kind === 'timestamp') return name === 'long' && logical !== undefined;
  if (kind === 'boolean') return name === 'boolean';
  return name === 'bytes' || name === 'enum' || (name === 'long' && logical !== undefined);
}

function describe({ kind, nullable }: InferredColumn): string {
  const what = { boolean: 'booleans', long: 'whole numbers', double: 'numbers', timestamp: 'times', string: 'text' };
  return `${kind === null ? 'nothing' : what[kind]}${nullable && kind !== null ? ' and gaps' : ''}`;
}
