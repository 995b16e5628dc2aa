import { identifier } from './identifiers.ts';
import { rowEncoder } from './row-binary/row-encoder.ts';
import type { Column, RowEncoder } from './row-binary/row-encoder.ts';

/** A table as it is written: rows of `T` go into these columns. */
export interface Table<T> {
  readonly name: string;
  readonly columns: Readonly<Record<string, Column<T>>>;
  readonly columnList: string;
  readonly encoder: RowEncoder<T>;
}

/** Compiles the encoders once: make a table once, not for a batch. */
export function table<T>(name: string, columns: Readonly<Record<string, Column<T>>>): Table<T> {
  return {
    name,
    columns,
    columnList: Object.keys(columns).map(identifier).join(', '),
    encoder: rowEncoder(columns),
  };
}
