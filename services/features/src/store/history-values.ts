import { isInvalid, RowReader, type ColumnType, type Row } from '@millrace/feature-engine';

/**
 * The values of an event's columns as its history holds them. A whole number that no feature can be made of is kept as it
 * is: an identifier, or a time in nanoseconds. A column of another type cannot hold one, and does not keep the event out.
 */
export class HistoryValues {
  readonly #columns: readonly (readonly [string, ColumnType])[];
  readonly #reader: RowReader;

  constructor(columns: Readonly<Record<string, ColumnType>>) {
    this.#columns = Object.entries(columns);
    this.#reader = new RowReader(this.#columns.map(([name, type]) => ({ name, type })));
  }

  /** In the order of the columns; what RowReader refuses is refused. */
  of(row: Row): readonly unknown[] | ReturnType<RowReader['read']> {
    const wide = this.#columns.filter(([name]) => typeof row[name] === 'bigint');
    if (wide.length === 0) return this.#reader.read(row);
    const read = this.#reader.read({ ...row, ...Object.fromEntries(wide.map(([name]) => [name, null])) });
    if (isInvalid(read)) return read;
    return this.#columns.map(([name, type], i) =>
      typeof row[name] === 'bigint' && type === 'long' ? row[name] : read[i],
    );
  }
}
