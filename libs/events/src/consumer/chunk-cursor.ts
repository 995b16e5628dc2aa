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

  constructor({ topic, partition }: PartitionId, messages: readonly FetchedMessage[], from: number) {
    this.#place = { topic, partition };
    this.#messages = messages;
    while (this.#isBefore(from)) this.#index += 1;
    do this.advance();
    while (this.#current !== null && this.#current.offset < from);
  }

  /** The record that comes next; null at the end. */
  get current(): SourceRecord | null {
    return this.#current;
  }

  advance(): void {
    this.#current = this.#next();
  }

  /** Records not passed yet. */
  get records(): number {
    let records = (this.#current === null ? 0 : 1) + (this.#open?.left ?? 0);
    for (let i = this.#index; i < this.#messages.length; i++) records += countOf(this.#messages[i]);
    return records;
  }

  /** Bytes that they hold in memory, about. */
  get bytes(): number {
    let bytes = this.#current === null ? 0 : bytesOf(this.#current) + (this.#open?.bytesLeft ?? 0);
    for (let i = this.#index; i < this.#messages.length; i++) bytes += bytesOf(this.#messages[i]);
    return bytes;
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
        const { offset, timestampMs, key, value, headers, repeatedHeaders } = record;
        const plain = { topic, partition, offset, timestampMs, key, value, headers };
        return repeatedHeaders === undefined ? plain : { ...plain, repeatedHeaders };
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

function countOf(message: FetchedMessage | undefined): number {
  return message instanceof FetchedBatch ? message.count : 1;
}

function bytesOf(message: FetchedMessage | SourceRecord | undefined): number {
  if (message instanceof FetchedBatch) return message.bytes;
  return (message?.key?.length ?? 0) + (message?.value?.length ?? 0);
}
