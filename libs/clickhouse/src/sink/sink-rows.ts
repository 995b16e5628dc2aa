import type { AssignedPartition, AvroReader, DerivedIdentity, PartitionBatch, SourceRecord } from '@millrace/events';
import type { ByteWriter } from '../row-binary/byte-writer.ts';
import type { Table } from '../table.ts';

/** One row on its way into one table. */
export interface SinkRow {
  readonly table: Table<never>;
  write(writer: ByteWriter): void;
}

export function row<T>(table: Table<T>, value: T): SinkRow {
  return { table, write: (writer) => table.encoder.encode(writer, value) };
}

/**
 * What one record becomes. Records with an identity that was stored before are dropped: first write wins. Of what a
 * request made, and of records without an identity, a repeat meets its first in the table's key.
 */
export interface StoredRecord {
  readonly identity: DerivedIdentity | null;
  readonly rows: readonly SinkRow[];
}

export interface RefusedRecord {
  /** Stable code for the dead letters. */
  readonly poison: string;
  readonly message: string;
}

/**
 * One result a record of the batch, in order; null stores nothing. Must be a pure function of the records: after a crash
 * the same range is mapped again and must give the same rows, so no clock, and no state but `batch.note`.
 */
export type MapBatch = (batch: PartitionBatch) => Promise<readonly (StoredRecord | RefusedRecord | null)[]>;

/**
 * Makes the mapping of one partition for one assignment: it may hold state that it has read from the log, up to where
 * the group stands, and must give the same rows for a batch that comes a second time.
 */
export type OpenMap = (assigned: AssignedPartition) => Promise<MapBatch>;

/** Decodes the batch and stores what `store` says of each value; what cannot be decoded is refused with the reason. */
export function decodedBatch<T>(
  reader: AvroReader<T>,
  store: (value: T, record: SourceRecord) => StoredRecord | RefusedRecord | null,
): MapBatch {
  return async ({ records }) => {
    const decoded = await reader.decodeBatch(records);
    return records.map((record, i) => {
      const result = decoded[i];
      if (result === undefined) throw new Error('the codec gave fewer results than records');
      return result.ok ? store(result.value, record) : { poison: result.reason, message: result.message };
    });
  };
}
