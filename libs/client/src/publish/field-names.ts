import type { FileRow } from '../files/file-row.ts';

/** The Avro name of each column: its own where that is a legal one, else one like it that no other column has. */
export function fieldNames(columns: readonly string[]): ReadonlyMap<string, string> {
  const taken = new Set(columns.filter((name) => legalName(name) === name));
  const names = new Map<string, string>();
  for (const column of columns) {
    let field = legalName(column);
    if (field !== column) {
      while (taken.has(field)) field += '_';
      taken.add(field);
    }
    names.set(column, field);
  }
  return names;
}

export function legalName(name: string): string {
  const legal = name.replace(/[^A-Za-z0-9_]/g, '_');
  return /^[A-Za-z_]/.test(legal) ? legal : `_${legal}`;
}

/**
 * Which column is which field. Rows of JSON lines differ in their columns, and a name depends on what others there are: all columns
 * that were ever seen count, so that after the last row every row is published under the same names.
 */
export class SeenColumns {
  readonly #seen = new Set<string>();
  #fieldOf: ReadonlyMap<string, string> = new Map();
  #columnOf: ReadonlyMap<string, string> = new Map();

  see(row: FileRow): void {
    const before = this.#seen.size;
    for (const column in row) this.#seen.add(column);
    if (this.#seen.size === before) return;
    this.#fieldOf = fieldNames([...this.#seen]);
    this.#columnOf = new Map([...this.#fieldOf].map(([column, field]) => [field, column]));
  }

  fieldOf(column: string): string {
    return this.#fieldOf.get(column) ?? legalName(column);
  }

  columnOf(field: string): string {
    return this.#columnOf.get(field) ?? field;
  }

  /** Columns that Avro cannot name as the file does, with the names they got. */
  get renamed(): ReadonlyMap<string, string> {
    return new Map([...this.#fieldOf].filter(([column, field]) => column !== field));
  }
}
