import { readEventTime } from '@millrace/feature-engine';
import type { AvroSchemaJson } from '@millrace/schemas';
import { ClientError } from '../client-error.ts';
import type { FileRow } from '../files/file-row.ts';
import { fieldsOf, typeOfField, type FieldType } from './avro-type.ts';
import { decimalBytes } from './decimal-bytes.ts';
import type { EventTimeColumn } from './event-time.ts';
import type { SeenColumns } from './field-names.ts';

interface FieldPlan {
  readonly field: string;
  readonly type: FieldType;
  readonly default: unknown;
}

/** Turns rows of a file into values of a record schema: text becomes what the field's type says, other columns are left out. */
export class RowConverter {
  readonly #fields: readonly FieldPlan[];
  readonly #columns: SeenColumns;
  readonly #eventTime: EventTimeColumn | undefined;

  constructor(schema: AvroSchemaJson, columns: SeenColumns, eventTime?: EventTimeColumn) {
    this.#columns = columns;
    this.#eventTime = eventTime;
    this.#fields = fieldsOf(schema).map(({ name, type, ...rest }) => ({
      field: name,
      type: typeOfField(type),
      default: rest.default,
    }));
  }

  convert(row: FileRow): Record<string, unknown> {
    const value: Record<string, unknown> = {};
    for (const plan of this.#fields) value[plan.field] = this.#valueOf(plan, row);
    return value;
  }

  #valueOf({ field, type, default: fallback }: FieldPlan, row: FileRow): unknown {
    const column = this.#columns.columnOf(field);
    const value = row[column];
    if (value === undefined || value === null || (typeof value === 'number' && Number.isNaN(value))) {
      if (type.nullable) return null;
      if (fallback !== undefined) return fallback;
      throw new ClientError('CLIENT_ROW_INVALID', `${named(field, column)} needs a value and the row has none`);
    }
    const perMs = column === this.#eventTime?.name ? ticksPerMs(type) : undefined;
    const ticks = perMs === undefined ? undefined : this.#eventTime?.readTicks(row, perMs);
    const converted = ticks === undefined ? convert(value, type) : exact(ticks);
    if (converted !== undefined) return converted;
    const expected = type.logical === undefined ? type.name : `${type.logical} (${type.name})`;
    throw new ClientError('CLIENT_ROW_INVALID', `${named(field, column)}: ${shown(value)} is not a ${expected}`);
  }
}

function named(field: string, column: string): string {
  return field === column ? `column "${column}"` : `column "${column}" (field "${field}")`;
}

function shown(value: unknown): string {
  return JSON.stringify(textOf(value) ?? 'bytes that are no text');
}

function exact(ticks: number): number | undefined {
  return Number.isSafeInteger(ticks) ? ticks : undefined;
}

/** Undefined where the value is none of that type. */
function convert(value: unknown, type: FieldType): unknown {
  switch (type.name) {
    case 'string':
      return textOf(value);
    case 'boolean':
      return booleanOf(value);
    case 'int':
    case 'long':
      return wholeNumberOf(value, type);
    case 'float':
    case 'double':
      return numberOf(value);
    case 'bytes':
    case 'fixed':
      return bytesOf(value, type);
    default:
      return value;
  }
}

function booleanOf(value: unknown): boolean | undefined {
  const plain = typeof value === 'string' ? value.toLowerCase() : value;
  if (plain === true || plain === 'true' || plain === '1' || plain === 1) return true;
  return plain === false || plain === 'false' || plain === '0' || plain === 0 ? false : undefined;
}

function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const number = Number(value);
  return Number.isNaN(number) ? undefined : number;
}

const largestInt = 2 ** 31;
const dayMs = 86_400_000;

function wholeNumberOf(value: unknown, type: FieldType): number | undefined {
  const number = ticksOf(value, type) ?? numberOf(value);
  if (number === undefined || !Number.isSafeInteger(number)) return undefined;
  return type.name === 'int' && (number < -largestInt || number >= largestInt) ? undefined : number;
}

/** Times and dates that are not numbers yet, in the unit of the field; a field without a unit takes a time in milliseconds. */
function ticksOf(value: unknown, type: FieldType): number | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return undefined;
  const clock = type.logical === 'time-millis' ? 1 : type.logical === 'time-micros' ? 1_000 : undefined;
  if (clock !== undefined) return typeof value === 'string' ? clockTicks(value, clock) : undefined;
  if (!(value instanceof Date) && type.logical === undefined) return undefined;
  const timeMs = value instanceof Date ? value.getTime() : readEventTime(value, 'iso8601', '');
  if (typeof timeMs !== 'number') return undefined;
  if (type.logical === 'date') return timeMs % dayMs === 0 ? timeMs / dayMs : undefined;
  return timeMs * (ticksPerMs(type) ?? 1);
}

/** Undefined where the field is no timestamp. */
function ticksPerMs({ logical }: FieldType): number | undefined {
  if (logical === undefined || !/^(local-)?timestamp-/.test(logical)) return undefined;
  return logical.endsWith('-nanos') ? 1_000_000 : logical.endsWith('-micros') ? 1_000 : 1;
}

/** `23:59:59.5` as ticks since midnight. */
function clockTicks(text: string, perMs: number): number | undefined {
  const match = /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d(?:\.\d{1,6})?))?$/.exec(text);
  if (match === null) return undefined;
  const [, hours, minutes, seconds = '0'] = match;
  return Math.floor(
    Math.round((Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1_000_000) / (1_000 / perMs),
  );
}

function bytesOf(value: unknown, { logical, scale, sizeBytes }: FieldType): Buffer | undefined {
  const bytes =
    value instanceof Uint8Array
      ? Buffer.from(value)
      : logical === 'decimal'
        ? decimalBytes(value, scale, sizeBytes)
        : typeof value === 'string'
          ? Buffer.from(value)
          : undefined;
  return bytes === undefined || (sizeBytes !== undefined && bytes.length !== sizeBytes) ? undefined : bytes;
}

/** Undefined for bytes that are no text. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return textOfBytes(value);
  if (typeof value !== 'object') return String(value);
  return JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner));
}

const decoder = new TextDecoder('utf-8', { fatal: true });

function textOfBytes(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}
