import type { RecordCursor } from '../kafkajs/record-batches.ts';
import { FetchedBatch } from '../kafkajs/record-batches.ts';
import type { PartitionId } from './partition-handler.ts';
import { fromOldFormat } from './source-record.ts';
import type { FetchedMessage, SourceRecord } from './source-record.ts';

/** Reads what a fetch brought for a partition, record by record, from an offset on. */
export class ChunkCursor {
  readonly #place: PartitionId;
  readonly #messages: readonly FetchedMessage[];
  /** Next message to open. */
  #index = 0;
  #open: RecordCursor | null = null;
  #current: SourceRecord | null = null;
  /** Bytes that the chunk keeps in memory until it is read to its end, about. */
  readonly bytes: number;
  /** Records from the offset on, read or not. */
  readonly records: number;

  constructor({ topic, partition }: PartitionId, messages: readonly FetchedMessage[], from: number) {
    this.#place = { topic, partition };
    this.#messages = messages;
    while (this.#isBefore(from)) this.#index += 1;
    const ahead = messages.slice(this.#index);
    this.bytes = ahead.reduce((sum, message) => sum + bytesOf(message), 0);
    let records = ahead.reduce((sum, message) => sum + countOf(message), 0);
    this.advance();
    for (; this.#current !== null && this.#current.offset < from; this.advance()) records -= 1;
    this.records = records;
  }

  /** The record that comes next; null at the end. */
  get current(): SourceRecord | null {
    return this.#current;
  }

  advance(): void {
    this.#current = this.#next();
  }

  #isBefore(from: number): boolean {
    const message = this.#messages[this.#index];
    return message !== undefined && Number(message.offset) < from;
  }

  #next(): SourceRecord | null {
    const { topic, partition } = this.#place;
    for (;;) {
      const record = this.#open?.next();
      if (record) {
        const { offset, timestampMs, key, value, headers, unusualHeaders } = record;
        const plain = { topic, partition, offset, timestampMs, key, value, headers };
        return unusualHeaders === undefined ? plain : { ...plain, unusualHeaders };
      }
      const message = this.#messages[this.#index];
      if (message === undefined) return null;
      this.#index += 1;
      if (!(message instanceof FetchedBatch)) return fromOldFormat(topic, partition, message);
      this.#open = message.records();
    }
  }
}

/** All records of a fetch from an offset on. */
export function readAll(place: PartitionId, messages: readonly FetchedMessage[], from: number): SourceRecord[] {
  const records: SourceRecord[] = [];
  for (const cursor = new ChunkCursor(place, messages, from); cursor.current !== null; cursor.advance())
    records.push(cursor.current);
  return records;
}

function countOf(message: FetchedMessage): number {
  return message instanceof FetchedBatch ? message.count : 1;
}

function bytesOf(message: FetchedMessage): number {
  if (message instanceof FetchedBatch) return message.bytes;
  return (message.key?.length ?? 0) + (message.value?.length ?? 0);
}
