import { createHash } from 'node:crypto';
import type { KafkaMessage } from 'kafkajs';
import { FetchedBatch } from '../kafkajs/record-batches.ts';
import type { UnusualHeaders } from '../kafkajs/record-batches.ts';
import type { RawRecord } from '../raw-record.ts';

/** A record as it lies in the log. */
export interface SourceRecord extends RawRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** The record's own Kafka timestamp. */
  readonly timestampMs: number;
  readonly key: Buffer | null;
  /** All values of each header that occurs more than once or has none; `headers` holds its last value. */
  readonly unusualHeaders?: UnusualHeaders;
}

/** What the client hands out: our own decoder's batches, or the stock one's messages for a log in an old format. */
export type FetchedMessage = FetchedBatch | KafkaMessage;

/** First offset that a message stands for. */
export function firstOffsetOf(message: FetchedMessage): number {
  return message instanceof FetchedBatch ? message.baseOffset : Number(message.offset);
}

/** A message of an old format. */
export function fromOldFormat(topic: string, partition: number, message: KafkaMessage): SourceRecord {
  const { key, value } = message;
  const record = {
    topic,
    partition,
    offset: Number(message.offset),
    timestampMs: Number(message.timestamp),
    key,
    value,
  };
  // Headers came with the current format.
  return { ...record, headers: {} };
}

/** Short hash of a record's timestamp, key and value: tells whether a log still holds the record it held. */
export function hashRecord(record: Pick<SourceRecord, 'timestampMs' | 'key' | 'value'>): string {
  const hash = createHash('sha1');
  hash.update(`${record.timestampMs}|${record.key?.length ?? -1}|${record.value?.length ?? -1}|`);
  if (record.key !== null) hash.update(record.key);
  if (record.value !== null) hash.update(record.value);
  return hash.digest('base64url').slice(0, 12);
}
