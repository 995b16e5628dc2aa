import type { Row } from './row.ts';

/** Columns with dotted names: fields of records within a record, which a row has as objects. */
export class NestedColumns {
  readonly #columns: readonly { readonly name: string; readonly path: readonly string[] }[];

  constructor(names: readonly string[]) {
    this.#columns = names.filter((name) => name.includes('.')).map((name) => ({ name, path: name.split('.') }));
  }

  /** The row with each nested value under its dotted name; what has that name already stays. */
  of<T extends Row>(row: T): T {
    if (this.#columns.length === 0) return row;
    const added: Record<string, unknown> = {};
    for (const { name, path } of this.#columns) {
      if (!(name in row)) added[name] = path.reduce(member, row as unknown);
    }
    return { ...row, ...added };
  }
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Row)[key] : undefined;
}
