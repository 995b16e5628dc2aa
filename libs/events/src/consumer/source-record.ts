import { createHash } from 'node:crypto';
import type { KafkaMessage } from 'kafkajs';
import type { RawRecord } from '../raw-record.ts';

/** A record as it lies in the log. */
export interface SourceRecord extends RawRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** The record's own Kafka timestamp. */
  readonly timestampMs: number;
  readonly key: Buffer | null;
  /** All values of each header that occurs more than once; `headers` holds its last. */
  readonly repeatedHeaders?: Readonly<Record<string, readonly Buffer[]>>;
}

const NO_HEADERS: Readonly<Record<string, Buffer>> = Object.freeze({});

export function toSourceRecord(topic: string, partition: number, message: KafkaMessage): SourceRecord {
  const record = {
    topic,
    partition,
    offset: Number(message.offset),
    timestampMs: Number(message.timestamp),
    key: message.key,
    value: message.value,
  };
  for (const _ in message.headers) return { ...record, ...headersOf(message) };
  return { ...record, headers: NO_HEADERS };
}

function headersOf(message: KafkaMessage): Pick<SourceRecord, 'headers' | 'repeatedHeaders'> {
  const headers: Record<string, Buffer> = {};
  let repeatedHeaders: Record<string, readonly Buffer[]> | undefined;
  for (const [name, value] of Object.entries(message.headers ?? {})) {
    if (value === undefined || value === null) continue;
    const values = (Array.isArray(value) ? value : [value]).map((one) =>
      typeof one === 'string' ? Buffer.from(one) : one,
    );
    const last = values.at(-1);
    if (last === undefined) continue;
    headers[name] = last;
    if (values.length > 1) (repeatedHeaders ??= {})[name] = values;
  }
  return repeatedHeaders === undefined ? { headers } : { headers, repeatedHeaders };
}

/** Short hash of a record's timestamp, key and value: tells whether a log still holds the record it held. */
export function hashRecord(record: Pick<SourceRecord, 'timestampMs' | 'key' | 'value'>): string {
  const hash = createHash('sha1');
  hash.update(`${record.timestampMs}|${record.key?.length ?? -1}|${record.value?.length ?? -1}|`);
  if (record.key !== null) hash.update(record.key);
  if (record.value !== null) hash.update(record.value);
  return hash.digest('base64url').slice(0, 12);
}
