import type { CompressionTypes, Kafka, Message, Producer, RecordMetadata, TopicMessages } from 'kafkajs';
import { EventsError } from './errors.ts';
import type { EventsLog } from './events-config.ts';
import type { Compression } from './kafkajs/compression-codecs.ts';
import { retry } from './kafkajs/connect-kafka.ts';
import { kafkaFailure } from './kafkajs/kafka-failure.ts';
import { kafkajs } from './kafkajs/load-kafkajs.ts';
import type { OutgoingRecord } from './outgoing-record.ts';

export interface EventProducerOptions {
  readonly compression?: Compression;
  /** Bounds of one request, so that a backlog never becomes one giant message to the broker. */
  readonly maxRequestRecords?: number;
  readonly maxRequestBytes?: number;
}

interface Waiting {
  readonly records: readonly OutgoingRecord[];
  readonly sizeBytes: number;
  readonly resolve: (offsets: number[]) => void;
  readonly reject: (error: Error) => void;
}

const recordOverheadBytes = 80;
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
 * that come while a request is under way share the next one. An error that escapes kafkajs's own retries leaves it
 * unknown whether the request was written and which sequence comes next, so that instance is thrown away: the caller
 * publishes again through a new one, and a record written twice carries the same event id.
 */
export class EventProducer {
  readonly #kafka: Kafka;
  readonly #log: EventsLog;
  readonly #compression: CompressionTypes;
  readonly #maxRecords: number;
  readonly #maxBytes: number;
  readonly #waiting: Waiting[] = [];
  #connected: Promise<Producer> | null = null;
  #running: Promise<void> | null = null;
  #closed = false;

  constructor(kafka: Kafka, log: EventsLog, options: EventProducerOptions = {}) {
    this.#kafka = kafka;
    this.#log = log;
    this.#compression = kafkaCompression[options.compression ?? 'none'];
    this.#maxRecords = options.maxRequestRecords ?? 5_000;
    this.#maxBytes = options.maxRequestBytes ?? 4 * 1024 * 1024;
  }

  /**
   * Resolves with the offset of each record once all are acknowledged. Rejects with a TransientError when the broker is
   * out of reach (some records may have been written: send all of them again), with a coded EventsError otherwise.
   */
  send(records: readonly OutgoingRecord[]): Promise<number[]> {
    if (this.#closed) return Promise.reject(new EventsError('EVENTS_CLOSED', 'the producer is closed'));
    if (records.length === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ records, sizeBytes: sizeOf(records), resolve, reject });
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
    while (this.#waiting.length > 0) await this.#request(this.#take());
    this.#running = null;
  }

  /** The callers of the next request: always one, and as many more as its bounds allow. */
  #take(): Waiting[] {
    let count = 0;
    let records = 0;
    let sizeBytes = 0;
    for (const one of this.#waiting) {
      records += one.records.length;
      sizeBytes += one.sizeBytes;
      if (count > 0 && (records > this.#maxRecords || sizeBytes > this.#maxBytes)) break;
      count++;
    }
    return this.#waiting.splice(0, count);
  }

  async #request(callers: readonly Waiting[], isSecond = false): Promise<void> {
    const records = callers.length === 1 && callers[0] ? callers[0].records : callers.flatMap((one) => one.records);
    try {
      const offsets = await this.#publish(records);
      let from = 0;
      for (const caller of callers) {
        caller.resolve(offsets.slice(from, from + caller.records.length));
        from += caller.records.length;
      }
    } catch (error) {
      void this.#discard(); // not awaited: a frozen broker would hold it until the request times out
      const failure = kafkaFailure(error, `publishing ${records.length} records`);
      if (callers.length > 1 && failure instanceof EventsError) {
        // One caller's record was refused: the others' were not to blame.
        for (const caller of callers) await this.#request([caller]);
        return;
      }
      // What kafkajs knows of topics is minutes old: one that was deleted since fails the others, one that has gained
      // partitions lacks them. A new producer asks anew.
      if (!isSecond && failure instanceof EventsError && ofStaleMetadata.has(failure.code))
        return this.#request(callers, true);
      this.#log.warn('events.publish-failed', { error: failure.message, records: records.length });
      for (const caller of callers) caller.reject(failure);
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
    if (headers) message.headers = headers;
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

function sizeOf(records: readonly OutgoingRecord[]): number {
  let size = 0;
  for (const { key, value } of records) size += recordOverheadBytes + (key?.length ?? 0) + (value?.length ?? 0);
  return size;
}
