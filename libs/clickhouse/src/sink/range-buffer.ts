import { ByteWriter } from '../row-binary/byte-writer.ts';
import type { Table } from '../table.ts';
import type { SinkRow } from './sink-rows.ts';

interface TableBytes {
  readonly writer: ByteWriter;
  rows: number;
}

export interface FilledTable {
  readonly table: Table<never>;
  readonly bytes: Buffer;
  readonly rows: number;
}

/** Rows of consecutive records of one partition that are not in ClickHouse yet, as bytes by table. */
export class RangeBuffer {
  readonly #tables = new Map<Table<never>, TableBytes>();
  #firstOffset: number | null = null;
  #heldSinceMs: number | null = null;
  #rows = 0;

  /** Offset of the first record that has a row. */
  get firstOffset(): number | null {
    return this.#firstOffset;
  }

  get heldSinceMs(): number | null {
    return this.#heldSinceMs;
  }

  get rows(): number {
    return this.#rows;
  }

  get bytes(): number {
    let bytes = 0;
    for (const { writer } of this.#tables.values()) bytes += writer.length;
    return bytes;
  }

  /** All rows of a record or, when one of them cannot be written, none. */
  add(offset: number, rows: readonly SinkRow[], nowMs: number): void {
    if (rows.length === 0) return;
    // An encoder leaves nothing of a row that it refuses, so only a second row can leave a first one behind.
    const before = rows.length > 1 ? this.mark() : null;
    try {
      for (const row of rows) {
        const bytes = this.#bytesOf(row.table);
        row.write(bytes.writer);
        bytes.rows += 1;
        this.#rows += 1;
      }
    } catch (error) {
      before?.restore();
      throw error;
    }
    this.#firstOffset ??= offset;
    this.#heldSinceMs ??= nowMs;
  }

  /** A point to go back to: a batch that fails as a whole comes again as a whole. */
  mark(): { restore(): void } {
    const before = new Map(
      [...this.#tables].map(([table, { writer, rows }]) => [table, { length: writer.length, rows }]),
    );
    const firstOffset = this.#firstOffset;
    const heldSinceMs = this.#heldSinceMs;
    const rows = this.#rows;
    return {
      restore: () => {
        for (const [table, bytes] of this.#tables) {
          bytes.writer.truncate(before.get(table)?.length ?? 0);
          bytes.rows = before.get(table)?.rows ?? 0;
        }
        this.#firstOffset = firstOffset;
        this.#heldSinceMs = heldSinceMs;
        this.#rows = rows;
      },
    };
  }

  /** Tables with rows, in the order in which they got their first. */
  filled(): FilledTable[] {
    return [...this.#tables]
      .filter(([, { rows }]) => rows > 0)
      .map(([table, { writer, rows }]) => ({ table, bytes: writer.bytes(), rows }));
  }

  /** Buffers of tables that had no row this time are given up: sources come and go. */
  clear(): void {
    for (const [table, bytes] of this.#tables) {
      if (bytes.rows === 0) this.#tables.delete(table);
      bytes.writer.reset();
      bytes.rows = 0;
    }
    this.#firstOffset = null;
    this.#heldSinceMs = null;
    this.#rows = 0;
  }

  #bytesOf(table: Table<never>): TableBytes {
    let bytes = this.#tables.get(table);
    if (bytes === undefined) this.#tables.set(table, (bytes = { writer: new ByteWriter(), rows: 0 }));
    return bytes;
  }
}
