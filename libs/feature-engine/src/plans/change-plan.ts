import type { ChangeCapture, ColumnType, KeyEncoding } from '../definitions/definition.ts';
import { quote } from '../definitions/faults.ts';
import { decodeEntityKey } from './entity-key.ts';
import type { Invalid, Row } from './row.ts';
import { readKey } from './row-reader.ts';

/** What a record of a source with `cdc` says: of which row of the table, and whether the row is there from now on. */
export interface Change {
  /** The values of the key's columns, as text. */
  readonly key: string;
  readonly op: 'upsert' | 'delete';
}

interface KeyedTopic {
  readonly entity: string;
  readonly encoding: KeyEncoding;
  readonly columns: Readonly<Record<string, ColumnType>>;
}

/**
 * Reads change records. An insert of a key that is there replaces it and an update of one that is not there begins it, as a
 * snapshot that is taken again and a log that begins in the middle of a table's life need it.
 */
export class ChangePlan {
  readonly keyColumns: readonly string[];
  readonly #op: ChangeCapture['op'];
  readonly #topic: KeyedTopic;

  constructor({ key, op }: ChangeCapture, topic: KeyedTopic) {
    this.keyColumns = key;
    this.#op = op;
    this.#topic = topic;
  }

  read(row: Row): Change | Invalid {
    const parts: string[] = [];
    for (const column of this.keyColumns) {
      const part = readKey(row, column);
      if (typeof part !== 'string') {
        return {
          invalid: 'missing-key',
          message: `column ${column} is part of the key of a change record: ${quote(row[column] ?? null)} is no key`,
        };
      }
      parts.push(part);
    }
    const op = this.#operation(row);
    return typeof op === 'string' ? { key: JSON.stringify(parts), op } : op;
  }

  /** The row that a record without a value deletes, as far as the record's key says which: with the columns of the key alone. */
  tombstone(recordKey: Buffer | null): Row | Invalid {
    const { entity, encoding, columns } = this.#topic;
    if (this.keyColumns.length > 1) {
      return {
        invalid: 'missing-key',
        message: `the record has no value, and its key holds ${entity} alone of ${this.keyColumns.join(', ')}: delete with a record that has them`,
      };
    }
    const text = recordKey === null ? null : decodeEntityKey(recordKey, encoding);
    if (text === null || text === '') {
      return { invalid: 'missing-key', message: `the record has no value, and its key is no ${entity} as ${encoding}` };
    }
    return { [entity]: columns[entity] === 'string' ? text : wholeNumber(text) };
  }

  #operation(row: Row): Change['op'] | Invalid {
    const op = this.#op;
    if (op === undefined) return 'upsert';
    const value = row[op.column];
    const text = String(value);
    if (op.delete.includes(text)) return 'delete';
    if (op.insert.includes(text) || op.update.includes(text)) return 'upsert';
    const known = [...op.insert, ...op.update, ...op.delete].join(', ');
    return {
      invalid: 'unknown-operation',
      message: `column ${op.column} says what happened to the row: ${quote(value ?? null)} is none of ${known}`,
    };
  }
}

/** In the form that a decoded record has it. */
function wholeNumber(text: string): number | bigint | string {
  if (!/^-?\d{1,19}$/.test(text)) return text;
  return Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text);
}
