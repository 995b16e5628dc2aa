import type { FileMetaData, SchemaElement } from 'hyparquet';
import type { ColumnKind } from './infer-columns.ts';

/** Whole numbers of so many digits are exact as a double. */
const exactDigits = 15;

/** What a Parquet file says of one of its columns. */
interface ParquetColumn {
  readonly name: string;
  /** Undefined where its values decide. */
  readonly kind: ColumnKind | undefined;
  /** Makes a row's value of what the reader gives. */
  readonly read: (value: unknown) => unknown;
}

export interface ParquetLayout {
  readonly columns: readonly ParquetColumn[];
  /** For the reader, which would make decimals of doubles: they come as the whole numbers that are stored. */
  readonly metadata: FileMetaData;
}

export function parquetLayout(metadata: FileMetaData): ParquetLayout {
  const elements = topLevel(metadata.schema);
  const decimals = new Set(elements.filter(isDecimal));
  return {
    columns: elements.map((element) => ({ name: element.name, kind: kindOf(element), read: readerOf(element) })),
    metadata: {
      ...metadata,
      schema: metadata.schema.map((element) => (decimals.has(element) ? withoutDecimal(element) : element)),
    },
  };
}

/** The schema is a tree, written depth first. */
function topLevel(schema: readonly SchemaElement[]): SchemaElement[] {
  const found: SchemaElement[] = [];
  const skip = (at: number): number => {
    let next = at + 1;
    for (let child = 0; child < (schema[at]?.num_children ?? 0); child += 1) next = skip(next);
    return next;
  };
  for (let at = 1; at < schema.length; at = skip(at)) {
    const element = schema[at];
    if (element) found.push(element);
  }
  return found;
}

/** Those inside of lists and structures are left to the reader. */
function isDecimal({ converted_type, logical_type, repetition_type }: SchemaElement): boolean {
  return repetition_type !== 'REPEATED' && (converted_type === 'DECIMAL' || logical_type?.type === 'DECIMAL');
}

function withoutDecimal(element: SchemaElement): SchemaElement {
  const { converted_type: _converted, logical_type: _logical, ...plain } = element;
  return plain;
}

function kindOf(element: SchemaElement): ColumnKind | undefined {
  const { type, converted_type, logical_type, num_children, repetition_type } = element;
  if (num_children !== undefined || repetition_type === 'REPEATED') return undefined;
  if (isDecimal(element)) return isExact(element) ? ((element.scale ?? 0) > 0 ? 'double' : 'long') : 'string';
  if (converted_type === 'UTF8' || converted_type === 'ENUM' || logical_type?.type === 'STRING') return 'string';
  if (converted_type === 'DATE' || converted_type?.startsWith('TIMESTAMP') || logical_type?.type === 'TIMESTAMP')
    return 'timestamp';
  if (type === 'BOOLEAN') return 'boolean';
  if (type === 'FLOAT' || type === 'DOUBLE' || logical_type?.type === 'FLOAT16') return 'double';
  return type === 'INT32' || type === 'INT64' ? 'long' : undefined;
}

function readerOf(element: SchemaElement): (value: unknown) => unknown {
  if (isDecimal(element)) return decimalReader(element);
  return element.converted_type === 'ENUM' ? enumText : (value) => value;
}

const decoder = new TextDecoder();

function enumText(value: unknown): unknown {
  return value instanceof Uint8Array ? decoder.decode(value) : value;
}

function isExact({ precision }: SchemaElement): boolean {
  return precision !== undefined && precision <= exactDigits;
}

/** From the digits, so that 435 with two behind the point is 4.35 and nothing near it; text where a double has too few digits. */
function decimalReader(element: SchemaElement): (value: unknown) => unknown {
  const { scale = 0 } = element;
  const exact = isExact(element);
  return (value) => {
    if (value === null || value === undefined) return null;
    const text = decimalText(unscaledOf(value), scale);
    return exact ? Number(text) : text;
  };
}

function unscaledOf(value: unknown): bigint {
  if (typeof value === 'number' || typeof value === 'bigint') return BigInt(value);
  if (!(value instanceof Uint8Array) || value.length === 0) return 0n;
  return BigInt.asIntN(value.length * 8, BigInt(`0x${Buffer.from(value).toString('hex')}`));
}

function decimalText(unscaled: bigint, scale: number): string {
  const sign = unscaled < 0n ? '-' : '';
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
  const point = digits.length - scale;
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}
