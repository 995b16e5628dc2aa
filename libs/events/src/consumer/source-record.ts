import { createHash } from 'node:crypto';
import type { KafkaMessage } from 'kafkajs';
import type { FetchedRecord } from '../kafkajs/record-batches.ts';
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
  readonly repeatedHeaders?: Readonly<Record<string, Buffer[]>>;
}

const NO_HEADERS: Readonly<Record<string, Buffer>> = Object.freeze({});

/** What the client hands out: our own decoder's records, or the stock one's for a log in an old format. */
export type FetchedMessage = FetchedRecord | KafkaMessage;

export function offsetOf(message: FetchedMessage): number {
  return 'offsetNumber' in message ? message.offsetNumber : Number(message.offset);
}

export function toSourceRecord(topic: string, partition: number, message: FetchedMessage): SourceRecord {
  const record = {
    topic,
    partition,
    offset: offsetOf(message),
    timestampMs: 'timestampMs' in message ? message.timestampMs : Number(message.timestamp),
    key: message.key,
    value: message.value,
  };
  for (const _ in message.headers) return { ...record, ...headersOf(message) };
  return { ...record, headers: NO_HEADERS };
}

function headersOf(message: FetchedMessage): Pick<SourceRecord, 'headers' | 'repeatedHeaders'> {
  const headers: Record<string, Buffer> = Object.create(null) as Record<string, Buffer>;
  let repeatedHeaders: Record<string, Buffer[]> | undefined;
  for (const [name, value] of Object.entries(message.headers ?? {})) {
    const values = valuesOf(value);
    const last = values.at(-1);
    if (last === undefined) continue;
    headers[name] = last;
    if (values.length > 1) (repeatedHeaders ??= {})[name] = values;
  }
  return repeatedHeaders === undefined ? { headers } : { headers, repeatedHeaders };
}

type HeaderValue = Buffer | string | null | undefined;

function valuesOf(value: HeaderValue | readonly HeaderValue[]): Buffer[] {
  const values: Buffer[] = [];
  for (const one of Array.isArray(value) ? (value as readonly HeaderValue[]) : [value as HeaderValue])
    if (one !== null && one !== undefined) values.push(typeof one === 'string' ? Buffer.from(one) : one);
  return values;
}

/** Short hash of a record's timestamp, key and value: tells whether a log still holds the record it held. */
export function hashRecord(record: Pick<SourceRecord, 'timestampMs' | 'key' | 'value'>): string {
  const hash = createHash('sha1');
  hash.update(`${record.timestampMs}|${record.key?.length ?? -1}|${record.value?.length ?? -1}|`);
  if (record.key !== null) hash.update(record.key);
  if (record.value !== null) hash.update(record.value);
  return hash.digest('base64url').slice(0, 12);
}
