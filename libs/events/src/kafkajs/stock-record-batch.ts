import { loadInternal } from './kafkajs-internals.ts';
import type { InternalEncoder } from './kafkajs-internals.ts';

const { RecordBatch } = loadInternal('src/protocol/recordBatch/v0') as {
  RecordBatch: (batch: object) => Promise<InternalEncoder>;
};
const Record0 = loadInternal('src/protocol/recordBatch/record/v0') as (record: object) => InternalEncoder;
const Long = loadInternal('src/utils/long') as { fromValue(value: unknown): unknown };

export interface StockBatch {
  readonly firstOffset: number;
  readonly firstTimestamp: number;
  readonly compression: number;
  /** Up to which offset the batch reaches; without it, to its last record. */
  readonly lastOffset?: number;
}

/** For this package's own tests: a record batch as kafkajs writes it. Records without an `offsetDelta` follow each other. */
export async function stockRecordBatch(records: readonly object[], batch: StockBatch): Promise<Buffer> {
  const { firstOffset, lastOffset = firstOffset + records.length - 1 } = batch;
  const { buffer } = await RecordBatch({
    ...batch,
    firstOffset: Long.fromValue(firstOffset),
    lastOffsetDelta: lastOffset - firstOffset,
    producerId: '5',
    records: records.map((one, offsetDelta) => Record0({ offsetDelta, ...one })),
  });
  return buffer;
}
