import { encodeEntityKey } from '@millrace/feature-engine';
import type { AvroSchemaJson } from '@millrace/schemas';
import { ClientError } from '../client-error.ts';
import type { FileRow } from '../files/file-row.ts';
import type { EventTimeColumn } from './event-time.ts';
import type { SeenColumns } from './field-names.ts';
import type { Placing } from './placing.ts';
import { RowConverter } from './row-converter.ts';

export interface RowRules {
  /** What rows must fit; null where the schema will be made after them. */
  readonly schema: AvroSchemaJson | null;
  /** What in a converted row does not fit the schema; empty where nothing. */
  readonly faultsOf: (value: unknown) => string;
  readonly columns: SeenColumns;
  readonly eventTime: EventTimeColumn;
  readonly placing: Placing;
  readonly keyColumn?: string | undefined;
}

/** Finds while the file is read what could not be published afterwards, when half of it would be in the log. */
export function rowCheck(rules: RowRules): (row: FileRow) => void {
  const { schema, faultsOf, columns, eventTime, placing } = rules;
  const converter = schema === null ? null : new RowConverter(schema, columns, eventTime);
  return (row) => {
    columns.see(row);
    const faults = converter === null ? '' : faultsOf(converter.convert(row));
    if (faults !== '') throw new ClientError('CLIENT_ROW_INVALID', faults);
    const keyColumn = keyColumnOf(rules);
    if (keyColumn !== null) keyBytes(row[keyColumn], placing, keyColumn);
  };
}

/** The column that events are keyed by: the one that is asked for, else the one that a source declares. */
export function keyColumnOf({
  keyColumn,
  placing,
  columns,
}: Pick<RowRules, 'keyColumn' | 'placing' | 'columns'>): string | null {
  return keyColumn ?? (placing.declaredKey === null ? null : columns.columnOf(placing.declaredKey));
}

/** The key that the features service expects of such an entity; an event without one has no key and goes anywhere. */
export function keyBytes(value: unknown, { keyEncoding }: Placing, column: string): Buffer | null {
  if (value === null || value === undefined || value === '') return null;
  const text = value instanceof Date ? String(value.getTime()) : String(value);
  const bytes = encodeEntityKey(text, keyEncoding);
  if (bytes !== null) return bytes;
  throw new ClientError(
    'CLIENT_KEY_INVALID',
    `column "${column}": ${JSON.stringify(text)} cannot be a ${keyEncoding} key`,
  );
}
