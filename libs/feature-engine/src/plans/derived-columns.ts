import type { ColumnType } from '../definitions/definition.ts';
import { compileExpression } from '../expressions/compile-expression.ts';
import type { Expression } from '../expressions/expression.ts';
import { references } from '../expressions/references.ts';
import { isInvalid, type Invalid, type Row } from './row.ts';
import { RowReader } from './row-reader.ts';

/** Adds to a row the columns that a source derives from others. */
export class DerivedColumns {
  readonly #columns: readonly {
    readonly name: string;
    readonly reads: readonly string[];
    readonly evaluate: (row: Row) => unknown;
  }[];

  constructor(derived: Readonly<Record<string, Expression>> | undefined, types: Readonly<Record<string, ColumnType>>) {
    this.#columns = Object.entries(derived ?? {}).map(([name, expression]) => {
      const used = references(expression).flatMap((reference) => (reference.op === 'column' ? [reference.name] : []));
      const reads = [...new Set(used)];
      const reader = new RowReader(reads.map((column) => ({ name: column, type: types[column] ?? 'string' })));
      const value = compileExpression(expression, (reference) =>
        reference.op === 'column' ? reads.indexOf(reference.name) : reads.length,
      );
      const evaluate = (row: Row): unknown => {
        const slots = reader.read(row);
        return isInvalid(slots) ? slots : value(slots);
      };
      return { name, reads, evaluate };
    });
  }

  /** An event with all of its columns. Wrapped, because a column may be called `invalid`. */
  of(row: Row): { readonly row: Row } | Invalid {
    if (this.#columns.length === 0) return { row };
    const added: Record<string, unknown> = {};
    for (const { name, evaluate } of this.#columns) {
      const value = evaluate(row);
      if (typeof value === 'object' && value !== null) return value as Invalid;
      added[name] = value;
    }
    return { row: { ...row, ...added } };
  }

  /** What a caller has given, with the derived columns that follow from it; what is given itself stays as it is. */
  complete<T extends Row>(given: T): T {
    if (this.#columns.length === 0) return given;
    const added: Record<string, unknown> = {};
    for (const { name, reads, evaluate } of this.#columns) {
      if (name in given || !reads.every((column) => column in given)) continue;
      const value = evaluate(given);
      if (typeof value !== 'object' || value === null) added[name] = value;
    }
    return { ...added, ...given };
  }
}
