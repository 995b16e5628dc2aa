import type { ByteWriter } from './byte-writer.ts';
import { parseColumnType } from './column-type.ts';
import { valueEncoder, ValueError } from './value-encoder.ts';

/** One column: its type as in DDL, and where its value is found. */
export interface Column<T> {
  readonly type: string;
  of(this: void, row: T): unknown;
}

export interface RowEncoder<T> {
  /** Appends one row; on a `ValueError` that names the column nothing of the row remains. */
  encode(writer: ByteWriter, row: T): void;
}

/** RowBinary has no names: the columns of the INSERT are in this order. */
export function rowEncoder<T>(columns: Readonly<Record<string, Column<T>>>): RowEncoder<T> {
  const encoders = Object.entries(columns).map(([name, column]) => ({
    name,
    of: column.of,
    encode: valueEncoder(parseColumnType(column.type)),
  }));
  return {
    encode(writer, row) {
      const start = writer.length;
      let i = 0;
      try {
        for (; i < encoders.length; i++) {
          const column = encoders[i];
          column?.encode(writer, column.of(row));
        }
      } catch (error) {
        writer.truncate(start);
        if (error instanceof ValueError) throw new ValueError(`column ${encoders[i]?.name}: ${error.message}`);
        throw error;
      }
    },
  };
}
