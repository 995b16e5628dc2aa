import type { FileRow } from './file-row.ts';

/** What all values of a column are. */
export type ColumnKind = 'boolean' | 'long' | 'double' | 'timestamp' | 'bytes' | 'string';

export interface InferredColumn {
  readonly name: string;
  /** Null where no row has a value and nothing else says it. */
  readonly kind: ColumnKind | null;
}

/** As JSON, Python and spreadsheets write them. */
const booleanText = /^(true|True|TRUE|false|False|FALSE)$/;
const wholeNumber = /^-?(0|[1-9]\d*)$/;
const decimalNumber = /^-?(0|[1-9]\d*)?(\.\d+)?([eE][+-]?\d+)?$/;

/**
 * Looks at every row, so that a column that turns from numbers to text in row 1,000,000 is text from the start. Numbers
 * with a leading zero (postcodes) and whole numbers beyond 2^53 (card numbers) stay text: as numbers they would change.
 */
export class ColumnInference {
  readonly #declared = new Map<string, ColumnKind>();
  readonly #kinds = new Map<string, ColumnKind | null>();

  /** What the file itself says of a column: a column of doubles is one even if all of its values are whole. */
  declare(column: string, kind: ColumnKind): void {
    this.#declared.set(column, kind);
  }

  add(row: FileRow): void {
    for (const name in row) {
      const before = this.#kinds.get(name);
      const known = before === undefined ? (this.#declared.get(name) ?? null) : before;
      const kind = kindOf(row[name]);
      const both = kind === null || kind === known ? known : known === null ? kind : widest(known, kind);
      if (both !== before) this.#kinds.set(name, both);
    }
  }

  columns(): InferredColumn[] {
    return [...this.#kinds].map(([name, kind]) => ({ name, kind }));
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
      if (value instanceof Uint8Array) return 'bytes';
      return value === null ? null : value instanceof Date ? 'timestamp' : 'string';
  }
}

function kindOfText(text: string): ColumnKind {
  if (booleanText.test(text)) return 'boolean';
  if (wholeNumber.test(text)) return Number.isSafeInteger(Number(text)) ? 'long' : 'string';
  return text !== '' && decimalNumber.test(text) && Number.isFinite(Number(text)) ? 'double' : 'string';
}

function widest(left: ColumnKind, right: ColumnKind): ColumnKind {
  const isNumeric = (kind: ColumnKind): boolean => kind === 'long' || kind === 'double';
  return isNumeric(left) && isNumeric(right) ? 'double' : 'string';
}
