import type { AssignedPartition, SourceRecord } from '@millrace/events';
import { ClickHouseSink } from '../sink/clickhouse-sink.ts';
import type { ClickHouseSinkOptions } from '../sink/clickhouse-sink.ts';
import type { MapBatch, SinkRow } from '../sink/sink-rows.ts';
import { row } from '../sink/sink-rows.ts';
import { chainEntry, hashOfValue } from './audit-entry.ts';
import type { AuditChange } from './audit-entry.ts';
import { auditEntriesTable } from './audit-table.ts';

/** What each record of a batch did, at least one change a record, and the same when the batch comes again. */
export type DescribeBatch = (records: readonly SourceRecord[]) => Promise<readonly (readonly AuditChange[])[]>;

/** A log whose records are commands or events of one kind. */
export interface AuditSource {
  /** Name on the broker. */
  readonly topic: string;
  open(assigned: AssignedPartition): Promise<DescribeBatch>;
}

export interface AuditSinkOptions extends Omit<ClickHouseSinkOptions, 'map'> {
  readonly sources: readonly AuditSource[];
}

/**
 * Stores what was done, each change once and in one chain a partition. The head of the chain is committed with the
 * offset, so whoever goes on does so with exactly the hash of the last entry that is stored.
 */
export function auditSink({ sources, ...options }: AuditSinkOptions): ClickHouseSink {
  const byTopic = new Map(sources.map((source) => [source.topic, source]));
  return new ClickHouseSink({
    ...options,
    map: {
      open: async (assigned) => {
        const source = byTopic.get(assigned.topic);
        if (source === undefined) throw new Error(`topic "${assigned.topic}" is not audited by this sink`);
        return chainedBatch(await source.open(assigned));
      },
    },
  });
}

function chainedBatch(describe: DescribeBatch): MapBatch {
  return async (batch) => {
    const { topic, partition, generation, note } = batch;
    const described = await describe(batch.records);
    let head = note.text ?? '';
    const stored = batch.records.map(({ offset, value }, index) => {
      const valueHash = hashOfValue(value);
      const rows: SinkRow[] = (described[index] ?? []).map((change, item) => {
        const place = { topic, generation, partition, offset, item };
        const entry = chainEntry({ ...place, ...change, valueHash }, head);
        head = entry.hash;
        return row(auditEntriesTable, entry);
      });
      return { identity: null, rows };
    });
    note.text = head;
    return stored;
  };
}
