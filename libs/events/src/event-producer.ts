import type { CompressionTypes, IHeaders, Kafka, Message, Producer, RecordMetadata, TopicMessages } from 'kafkajs';
import { EventsError } from './errors.ts';
import type { EventsLog } from './events-config.ts';
import type { Compression } from './kafkajs/compression-codecs.ts';
import { retry } from './kafkajs/connect-kafka.ts';
import { kafkaFailure } from './kafkajs/kafka-failure.ts';
import { kafkajs } from './kafkajs/load-kafkajs.ts';
import type { OutgoingRecord } from './outgoing-record.ts';
import { RequestRoom } from './request-room.ts';
import type { RequestLimits } from './request-room.ts';

export interface EventProducerOptions {
  readonly compression?: Compression;
  /** Bounds of one request, so that a backlog never becomes one giant message to the broker. */
  readonly maxRequestRecords?: number;
  readonly maxRequestBytes?: number;
  /** Of the records for one partition in one request, which make one record batch. Default 900,000: topics take 1 MiB. */
  readonly maxBatchBytes?: number;
}

interface Caller {
  readonly records: readonly OutgoingRecord[];
  /** Of the records that are acknowledged, which are always the first ones. */
  readonly offsets: number[];
  readonly resolve: (offsets: number[]) => void;
  readonly reject: (error: Error) => void;
  settled: boolean;
}

/** What one request takes of a caller's records. */
interface Part {
  readonly caller: Caller;
  readonly records: readonly OutgoingRecord[];
}

const DEFAULTS: RequestLimits = { maxRecords: 5_000, maxBytes: 4 * 1024 * 1024, maxBatchBytes: 900_000 };
const ofStaleMetadata: ReadonlySet<string> = new Set(['EVENTS_TOPIC_MISSING', 'EVENTS_PARTITION_MISSING']);
const { None, GZIP, Snappy, LZ4, ZSTD } = kafkajs.CompressionTypes;
const kafkaCompression: Readonly<Record<Compression, CompressionTypes>> = {
  none: None,
  gzip: GZIP,
  snappy: Snappy,
  lz4: LZ4,
  zstd: ZSTD,
};

/**
 * Publishes records in the order of the calls: idempotent, acknowledged by all replicas, one request in flight. Callers
 * that come while a request is under way share the next one; what is too much for one request, or for one record batch,
 * goes out in several, one after the other. An error that escapes kafkajs's own retries leaves it
 * unknown whether the request was written and which sequence comes next, so that instance is thrown away: the caller
 * publishes again through a new one, and a record written twice carries the same event id.
 */
export class EventProducer {
  readonly #kafka: Kafka;
  readonly #log: EventsLog;
  readonly #compression: CompressionTypes;
  readonly #limits: RequestLimits;
  readonly #waiting: Caller[] = [];
  #connected: Promise<Producer> | null = null;
  #running: Promise<void> | null = null;
  #closed = false;

  constructor(kafka: Kafka, log: EventsLog, options: EventProducerOptions = {}) {
    this.#kafka = kafka;
    this.#log = log;
    this.#compression = kafkaCompression[options.compression ?? 'none'];
    this.#limits = {
      maxRecords: options.maxRequestRecords ?? DEFAULTS.maxRecords,
      maxBytes: options.maxRequestBytes ?? DEFAULTS.maxBytes,
      maxBatchBytes: options.maxBatchBytes ?? DEFAULTS.maxBatchBytes,
    };
  }

  /**
   * Resolves with the offset of each record, in the order given, once all are acknowledged. Rejects with a TransientError
   * when the broker is out of reach (some records may have been written: send all of them again), with a coded
   * EventsError otherwise; what came before the record that was refused may have been written.
   */
  send(records: readonly OutgoingRecord[]): Promise<number[]> {
    if (this.#closed) return Promise.reject(new EventsError('EVENTS_CLOSED', 'the producer is closed'));
    if (records.length === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ records, offsets: [], resolve, reject, settled: false });
      this.#running ??= this.#drain();
    });
  }

  /** Waits for what was sent, then disconnects. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
    await this.#discard();
  }

  async #drain(): Promise<void> {
    // The callers of this turn of the event loop come together into one request.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      await this.#request(this.#take());
      const unsettled = this.#waiting.findIndex(({ settled }) => !settled);
      this.#waiting.splice(0, unsettled < 0 ? this.#waiting.length : unsettled);
    }
    this.#running = null;
  }

  /** What the next request takes: callers in their order, the last one perhaps in part. */
  #take(): Part[] {
    const room = new RequestRoom(this.#limits);
    const parts: Part[] = [];
    for (const caller of this.#waiting) {
      const { records, offsets } = caller;
      const end = room.take(records, offsets.length);
      const isWhole = end - offsets.length === records.length;
      if (end > offsets.length) parts.push({ caller, records: isWhole ? records : records.slice(offsets.length, end) });
      if (end < records.length) break;
    }
    return parts;
  }

  async #request(parts: readonly Part[], isSecond = false): Promise<void> {
    const records = parts.length === 1 && parts[0] ? parts[0].records : parts.flatMap((one) => one.records);
    try {
      const offsets = await this.#publish(records);
      let from = 0;
      for (const { caller, records: ofCaller } of parts) {
        acknowledge(caller, offsets.slice(from, from + ofCaller.length));
        from += ofCaller.length;
      }
    } catch (error) {
      void this.#discard(); // not awaited: a frozen broker would hold it until the request times out
      const failure = kafkaFailure(error, `publishing ${records.length} records`);
      if (parts.length > 1 && failure instanceof EventsError) {
        // One caller's record was refused: the others' were not to blame.
        for (const part of parts) await this.#request([part]);
        return;
      }
      // What kafkajs knows of topics is minutes old: one that was deleted since fails the others, one that has gained
      // partitions lacks them. A new producer asks anew.
      if (!isSecond && failure instanceof EventsError && ofStaleMetadata.has(failure.code))
        return this.#request(parts, true);
      this.#log.warn('events.publish-failed', { error: failure.message, records: records.length });
      for (const { caller } of parts) {
        caller.settled = true;
        caller.reject(failure);
      }
    }
  }

  async #publish(records: readonly OutgoingRecord[]): Promise<number[]> {
    this.#connected ??= this.#connect();
    const producer = await this.#connected;
    const { topicMessages, placeOf } = arrange(records);
    const metadata = await producer.sendBatch({
      acks: -1,
      compression: this.#compression,
      topicMessages,
    });
    return offsetsOf(records, placeOf, metadata);
  }

  async #connect(): Promise<Producer> {
    const producer = this.#kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      retry,
      createPartitioner: () => () => {
        throw new EventsError('EVENTS_NO_PARTITION', 'a record without a partition reached the client');
      },
    });
    await producer.connect();
    return producer;
  }

  async #discard(): Promise<void> {
    const connected = this.#connected;
    this.#connected = null;
    const producer = await connected?.catch(() => null);
    await producer?.disconnect().catch((error: unknown) => {
      this.#log.debug('events.producer-disconnect-failed', { error: String(error) });
    });
  }
}

interface Arranged {
  readonly topicMessages: TopicMessages[];
  /** For each record, in the order given: its place among the records of its topic and partition. */
  readonly placeOf: Int32Array;
}

function arrange(records: readonly OutgoingRecord[]): Arranged {
  const byTopic = new Map<string, { messages: Message[]; counts: number[] }>();
  const placeOf = new Int32Array(records.length);
  const nowMs = String(Date.now());
  for (const [i, { topic, partition, key, value, headers, timestampMs }] of records.entries()) {
    let entry = byTopic.get(topic);
    if (!entry) byTopic.set(topic, (entry = { messages: [], counts: [] }));
    const timestamp = timestampMs === undefined ? nowMs : String(timestampMs);
    const message: Message = { key, value, partition, timestamp };
    // Our encoder writes what kafkajs's types do not know: a header without a value.
    if (headers) message.headers = headers as IHeaders;
    entry.messages.push(message);
    const place = entry.counts[partition] ?? 0;
    placeOf[i] = place;
    entry.counts[partition] = place + 1;
  }
  return { topicMessages: [...byTopic].map(([topic, { messages }]) => ({ topic, messages })), placeOf };
}

function offsetsOf(
  records: readonly OutgoingRecord[],
  placeOf: Int32Array,
  metadata: readonly RecordMetadata[],
): number[] {
  const base = new Map<string, number>();
  for (const { topicName, partition, baseOffset } of metadata)
    base.set(`${partition} ${topicName}`, Number(baseOffset));
  return records.map(({ topic, partition }, i) => {
    const first = base.get(`${partition} ${topic}`);
    if (first === undefined || first < 0) {
      throw new EventsError(
        'EVENTS_PARTITION_MISSING',
        `topic "${topic}" has no partition ${partition}: nothing was written there`,
      );
    }
    return first + (placeOf[i] ?? 0);
  });
}

function acknowledge(caller: Caller, offsets: readonly number[]): void {
  for (const offset of offsets) caller.offsets.push(offset);
  if (caller.offsets.length < caller.records.length) return;
  caller.settled = true;
  caller.resolve(caller.offsets);
}
