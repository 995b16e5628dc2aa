import type { PartitionId } from './partition-handler.ts';
import { offsetOf, toSourceRecord } from './source-record.ts';
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

/** Fetched records of one partition that wait for their handler, cut into batches regardless of how they were fetched. */
export class PartitionQueue {
  readonly #place: PartitionId;
  #chunks: FetchedChunk[] = [];
  /** Messages of the first chunk that were already taken. */
  #taken = 0;
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

  /** Adds a chunk; returns the hole before it, if there is one. */
  push(chunk: FetchedChunk): { from: number; to: number } | null {
    if (chunk.lastOffset < this.#expected) return null;
    const from = this.#expected;
    const messages =
      chunk.firstOffset >= from ? chunk.messages : chunk.messages.filter((message) => offsetOf(message) >= from);
    this.#expected = chunk.lastOffset + 1;
    if (messages.length > 0) {
      this.#chunks.push({ ...chunk, messages });
      this.#records += messages.length;
      this.#bytes += sizeOf(messages);
    }
    return chunk.firstOffset > from ? { from, to: chunk.firstOffset } : null;
  }

  /** The log holds nothing for us up to here: only control records or aborted transactions. */
  passOver(lastOffset: number): void {
    if (lastOffset >= this.#expected) this.#expected = lastOffset + 1;
  }

  /** Up to `maxRecords` records in order, none at or beyond `cutAt` together with one before it; null when empty. */
  take(maxRecords: number, cutAt: number | undefined): Slice | null {
    const records: SourceRecord[] = [];
    let nextOffset = 0;
    let highWatermark = 0;
    const { topic, partition } = this.#place;
    for (let chunk = this.#chunks[0]; chunk !== undefined && records.length < maxRecords; chunk = this.#chunks[0]) {
      const { messages } = chunk;
      let index = this.#taken;
      while (index < messages.length && records.length < maxRecords) {
        const message = messages[index];
        if (message === undefined) break;
        const record = toSourceRecord(topic, partition, message);
        const first = records[0];
        if (cutAt !== undefined && first !== undefined && first.offset < cutAt && record.offset >= cutAt) {
          this.#leave(index, records);
          return { records, nextOffset: cutAt, highWatermark };
        }
        records.push(record);
        nextOffset = record.offset + 1;
        index += 1;
      }
      highWatermark = chunk.highWatermark;
      if (index < messages.length) {
        this.#leave(index, records);
        return { records, nextOffset, highWatermark };
      }
      const past = chunk.lastOffset + 1;
      nextOffset = cutAt !== undefined && nextOffset <= cutAt && past > cutAt ? cutAt : past;
      this.#chunks.shift();
      this.#taken = 0;
    }
    if (records.length === 0) return null;
    this.#count(records);
    return { records, nextOffset, highWatermark };
  }

  clear(): void {
    this.#chunks = [];
    this.#taken = 0;
    this.#records = 0;
    this.#bytes = 0;
  }

  #leave(index: number, taken: readonly SourceRecord[]): void {
    this.#taken = index;
    this.#count(taken);
  }

  #count(taken: readonly SourceRecord[]): void {
    this.#records -= taken.length;
    this.#bytes -= sizeOf(taken);
  }
}

/** Bytes that a queued record keeps in memory, its objects estimated. */
function sizeOf(messages: readonly { readonly key: Buffer | null; readonly value: Buffer | null }[]): number {
  let bytes = 0;
  for (const { key, value } of messages) bytes += 200 + (key?.length ?? 0) + (value?.length ?? 0);
  return bytes;
}
