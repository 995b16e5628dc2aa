import { ChunkCursor } from './chunk-cursor.ts';
import type { PartitionId } from './partition-handler.ts';
import type { FetchedMessage, SourceRecord } from './source-record.ts';

/** What one fetch brought for a partition. */
export interface FetchedChunk extends PartitionId {
  readonly messages: readonly FetchedMessage[];
  /** First and last offset covered, control records included. */
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly highWatermark: number;
}

/** Records to handle together. */
export interface Slice {
  readonly records: readonly SourceRecord[];
  readonly nextOffset: number;
  readonly highWatermark: number;
}

interface QueuedChunk {
  readonly cursor: ChunkCursor;
  readonly lastOffset: number;
  readonly highWatermark: number;
}

/** Fetched records of one partition that wait for their handler, cut into batches regardless of how they were fetched. */
export class PartitionQueue {
  readonly #place: PartitionId;
  #chunks: QueuedChunk[] = [];
  #records = 0;
  #bytes = 0;
  /** Next offset expected from the fetcher: below it is a repeat, above it is a hole in the log. */
  #expected: number;

  constructor(place: PartitionId, startAt: number) {
    this.#place = place;
    this.#expected = startAt;
  }

  get records(): number {
    return this.#records;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Next offset that the fetcher will bring. */
  get expected(): number {
    return this.#expected;
  }

  /** Adds a chunk; returns the hole before it, if there is one. */
  push({ messages, firstOffset, lastOffset, highWatermark }: FetchedChunk): { from: number; to: number } | null {
    if (lastOffset < this.#expected) return null;
    const from = this.#expected;
    this.#expected = lastOffset + 1;
    const cursor = new ChunkCursor(this.#place, messages, from);
    if (cursor.current !== null) {
      this.#chunks.push({ cursor, lastOffset, highWatermark });
      this.#records += cursor.records;
      this.#bytes += cursor.bytes;
    }
    return firstOffset > from ? { from, to: firstOffset } : null;
  }

  /** The log holds nothing for us up to here: only control records or aborted transactions. */
  passOver(lastOffset: number): void {
    if (lastOffset >= this.#expected) this.#expected = lastOffset + 1;
  }

  /** Up to `maxRecords` records in order, none at or beyond `cutAt` together with one before it; null when empty. */
  take(maxRecords: number, cutAt: number | undefined): Slice | null {
    const slice = this.#cut(maxRecords, cutAt);
    this.#records -= slice?.records.length ?? 0;
    return slice;
  }

  #cut(maxRecords: number, cutAt: number | undefined): Slice | null {
    const records: SourceRecord[] = [];
    let nextOffset = 0;
    let highWatermark = 0;
    for (let chunk = this.#chunks[0]; chunk !== undefined && records.length < maxRecords; chunk = this.#chunks[0]) {
      const { cursor, lastOffset } = chunk;
      highWatermark = chunk.highWatermark;
      for (let record = cursor.current; record !== null; record = cursor.current) {
        if (records.length === maxRecords) return { records, nextOffset, highWatermark };
        const first = records[0];
        if (cutAt !== undefined && first !== undefined && first.offset < cutAt && record.offset >= cutAt)
          return { records, nextOffset: cutAt, highWatermark };
        records.push(record);
        nextOffset = record.offset + 1;
        cursor.advance();
      }
      const past = lastOffset + 1;
      nextOffset = cutAt !== undefined && nextOffset <= cutAt && past > cutAt ? cutAt : past;
      this.#bytes -= cursor.bytes;
      this.#chunks.shift();
    }
    return records.length === 0 ? null : { records, nextOffset, highWatermark };
  }

  clear(): void {
    this.#chunks = [];
    this.#records = 0;
    this.#bytes = 0;
  }
}
