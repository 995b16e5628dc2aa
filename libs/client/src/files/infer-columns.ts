import type { FileRow } from './file-row.ts';

/** What all values of a column are; null when it has none. */
export type ColumnKind = 'boolean' | 'long' | 'double' | 'timestamp' | 'string';

export interface InferredColumn {
  readonly name: string;
  readonly kind: ColumnKind | null;
  /** Some row has no value here. */
  readonly nullable: boolean;
  /** Largest absolute value of a whole-number column. */
  readonly largest: number;
}

interface Column {
  readonly name: string;
  kind: ColumnKind | null;
  values: number;
  largest: number;
}

const wholeNumber = /^-?(0|[1-9]\d*)$/;
const decimalNumber = /^-?(0|[1-9]\d*)?(\.\d+)?([eE][+-]?\d+)?$/;

/**
 * Looks at every row, so that a column that turns from numbers to text in row 1,000,000 is text from the start. Numbers
 * with a leading zero (postcodes) and whole numbers beyond 2^53 (card numbers) stay text: as numbers they would change.
 */
export class ColumnInference {
  readonly #columns = new Map<string, Column>();
  #rows = 0;

  add(row: FileRow): void {
    this.#rows += 1;
    for (const name in row) {
      let column = this.#columns.get(name);
      if (!column) this.#columns.set(name, (column = { name, kind: null, values: 0, largest: 0 }));
      const value = row[name];
      const kind = kindOf(value);
      if (kind === null) continue;
      column.values += 1;
      if (kind === 'long') column.largest = Math.max(column.largest, Math.abs(Number(value)));
      if (kind !== column.kind) column.kind = column.kind === null ? kind : widest(column.kind, kind);
    }
  }

  columns(): InferredColumn[] {
    return [...this.#columns.values()].map(({ name, kind, values, largest }) => ({
      name,
      kind,
      largest,
      nullable: values < this.#rows,
    }));
  }
}

function kindOf(value: unknown): ColumnKind | null {
  switch (typeof value) {
    case 'undefined':
      return null;
    case 'boolean':
      return 'boolean';
    case 'bigint':
      return Number.isSafeInteger(Number(value)) ? 'long' : 'string';
    case 'number':
      // What dataframes write for a number that is missing.
      if (Number.isNaN(value)) return null;
      return Number.isSafeInteger(value) ? 'long' : 'double';
    case 'string':
      return kindOfText(value);
    default:
      return value === null ? null : value instanceof Date ? 'timestamp' : 'string';
  }
}

function kindOfText(text: string): ColumnKind {
  if (text === 'true' || text === 'false') return 'boolean';
  if (wholeNumber.test(text)) return Number.isSafeInteger(Number(text)) ? 'long' : 'string';
  return text !== '' && decimalNumber.test(text) && Number.isFinite(Number(text)) ? 'double' : 'string';
}

function widest(left: ColumnKind, right: ColumnKind): ColumnKind {
  const isNumeric = (kind: ColumnKind): boolean => kind === 'long' || kind === 'double';
  return isNumeric(left) && isNumeric(right) ? 'double' : 'string';
}
