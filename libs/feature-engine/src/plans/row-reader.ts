import type { ColumnType } from '../definitions/definition.ts';
import { quote } from '../definitions/faults.ts';
import type { ExpressionValue } from '../expressions/expression.ts';
import type { Invalid, Row } from './row.ts';

/** Brings the columns that a plan needs into the engine's form, and refuses a row whose values do not fit. */
export class RowReader {
  readonly #columns: readonly { readonly name: string; readonly type: ColumnType }[];

  constructor(columns: readonly { readonly name: string; readonly type: ColumnType }[]) {
    this.#columns = columns;
  }

  /** One value a column, in order; absent columns are null. */
  read(row: Row): ExpressionValue[] | Invalid {
    const values: ExpressionValue[] = [];
    for (const { name, type } of this.#columns) {
      const value = readColumn(row[name], type);
      if (typeof value === 'object' && value !== null) return { ...value, message: `column ${name}: ${value.message}` };
      values.push(value);
    }
    return values;
  }
}

function readColumn(value: unknown, type: ColumnType): ExpressionValue | Invalid {
  if (value === null || value === undefined) return null;
  switch (type) {
    case 'double':
      return readNumber(value);
    case 'int':
    case 'long':
    case 'timestamp': {
      const number = readNumber(value);
      if (typeof number === 'number' && !Number.isInteger(number)) return wrongType(value, type);
      return number;
    }
    case 'boolean':
      return typeof value === 'boolean' ? value : wrongType(value, type);
    case 'string':
      return typeof value === 'string' ? value : wrongType(value, type);
  }
}

function readNumber(value: unknown): number | Invalid {
  const number = value instanceof Date ? value.getTime() : typeof value === 'bigint' ? Number(value) : value;
  // Another number than the event's would be served, and another one still than SQL finds in the history.
  if (typeof value === 'bigint' && BigInt(Number(value)) !== value)
    return {
      invalid: 'wrong-type',
      message: `${value} has no exact number: leave the column out of features, or use it as a key`,
    };
  if (typeof number !== 'number') return wrongType(value, 'number');
  if (Number.isFinite(number)) return number;
  return { invalid: 'not-a-number', message: `${number} is not a finite number` };
}

function wrongType(value: unknown, type: string): Invalid {
  const shown = typeof value === 'bigint' ? String(value) : quote(value);
  return { invalid: 'wrong-type', message: `${shown} is not a ${type}` };
}

/** The text of a key, which names an entity in every store: whole numbers in decimal, strings as they are. */
export function readKey(row: Row, column: string): string | Invalid {
  const value = row[column];
  if (typeof value === 'string' && value !== '') return value;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Date && !Number.isNaN(value.getTime())) return String(value.getTime());
  if (value === null || value === undefined || value === '') {
    return { invalid: 'missing-entity', message: `column ${column} is the key of an entity and has no value` };
  }
  return { invalid: 'missing-entity', message: `column ${column} is the key of an entity: ${quote(value)} is not one` };
}
