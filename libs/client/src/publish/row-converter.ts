import { readEventTime } from '@millrace/feature-engine';
import type { AvroSchemaJson } from '@millrace/schemas';
import { ClientError } from '../client-error.ts';
import type { FileRow } from '../files/file-row.ts';
import { fieldsOf, typeOfField, type FieldType } from './avro-type.ts';
import { fieldNames } from './field-names.ts';

interface FieldPlan {
  readonly field: string;
  readonly type: FieldType;
  readonly default: unknown;
}

/** Turns rows of a file into values of a record schema: text becomes what the field's type says, other columns are left out. */
export class RowConverter {
  readonly #fields: readonly FieldPlan[];
  /** Column of a field, where the two differ. */
  #columnOf = new Map<string, string>();
  #columnCount = -1;

  constructor(schema: AvroSchemaJson) {
    this.#fields = fieldsOf(schema).map(({ name, type, ...rest }) => ({
      field: name,
      type: typeOfField(type),
      default: rest.default,
    }));
  }

  convert(row: FileRow): Record<string, unknown> {
    this.#learn(row);
    const value: Record<string, unknown> = {};
    for (const plan of this.#fields)
      value[plan.field] = valueOf(plan, row[this.#columnOf.get(plan.field) ?? plan.field]);
    return value;
  }

  /** Rows of JSON lines may differ in their columns: names are looked at again when more have come. */
  #learn(row: FileRow): void {
    const columns = Object.keys(row);
    if (columns.length === this.#columnCount) return;
    this.#columnCount = columns.length;
    for (const [column, field] of fieldNames(columns)) if (column !== field) this.#columnOf.set(field, column);
  }
}

function valueOf({ field, type, default: fallback }: FieldPlan, value: unknown): unknown {
  if (value === undefined || value === null || (typeof value === 'number' && Number.isNaN(value))) {
    if (type.nullable) return null;
    if (fallback !== undefined) return fallback;
    throw new ClientError('CLIENT_ROW_INVALID', `field "${field}" needs a value and the row has none`);
  }
  const converted = convert(value, type);
  if (converted !== undefined) return converted;
  throw new ClientError(
    'CLIENT_ROW_INVALID',
    `field "${field}": ${JSON.stringify(textOf(value))} is not a ${type.name}`,
  );
}

/** Undefined where the value is none of that type. */
function convert(value: unknown, { name, logical }: FieldType): unknown {
  switch (name) {
    case 'string':
      return textOf(value);
    case 'boolean':
      return booleanOf(value);
    case 'int':
    case 'long':
      return wholeNumberOf(value, logical);
    case 'float':
    case 'double':
      return numberOf(value);
    case 'bytes':
    case 'fixed':
      return typeof value === 'string'
        ? Buffer.from(value)
        : value instanceof Uint8Array
          ? Buffer.from(value)
          : undefined;
    default:
      return value;
  }
}

function booleanOf(value: unknown): boolean | undefined {
  if (value === true || value === 'true' || value === '1' || value === 1) return true;
  return value === false || value === 'false' || value === '0' || value === 0 ? false : undefined;
}

function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const number = Number(value);
  return Number.isNaN(number) ? undefined : number;
}

function wholeNumberOf(value: unknown, logical: string | undefined): number | undefined {
  const ticks = logical === 'timestamp-micros' || logical === 'local-timestamp-micros' ? 1_000 : 1;
  if (value instanceof Date) return value.getTime() * ticks;
  const number = numberOf(value);
  if (number !== undefined) return Number.isSafeInteger(number) ? number : undefined;
  if (logical === undefined) return undefined;
  const timeMs = readEventTime(value, 'iso8601', '');
  return typeof timeMs === 'number' ? timeMs * ticks : undefined;
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== 'object') return String(value);
  return JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner));
}
