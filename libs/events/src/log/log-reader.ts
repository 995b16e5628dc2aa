import type { Cluster, Consumer } from 'kafkajs';
import { readAll } from '../consumer/chunk-cursor.ts';
import type { SourceRecord } from '../consumer/source-record.ts';
import { EventsError, TransientError } from '../errors.ts';
import type { EventBus } from '../event-bus.ts';
import { kafkaFailure } from '../kafkajs/kafka-failure.ts';
import { bareCluster } from './bare-cluster.ts';
import { fetchRecords } from './fetch-records.ts';

export interface LogReaderOptions {
  /** Name on the broker. */
  readonly topic: string;
  readonly partition: number;
  readonly startAt: number;
  /** How long the broker holds a poll that finds nothing. Default 500. */
  readonly maxWaitMs?: number;
  readonly maxBytes?: number;
}

export interface LogBatch {
  readonly records: readonly SourceRecord[];
  readonly nextOffset: number;
  readonly highWatermark: number;
}

const MAX_BYTES = 4 * 1024 * 1024;

/** Reads one partition without a consumer group: nothing is committed, no coordinator is asked, nobody rebalances. */
export class LogReader {
  readonly #consumer: Consumer;
  readonly #topic: string;
  readonly #partition: number;
  readonly #maxWaitMs: number;
  readonly #maxBytes: number;
  readonly #cluster: Cluster;
  #position: number;
  #connected = false;
  #closed = false;

  constructor(bus: Pick<EventBus, 'kafka'>, options: LogReaderOptions) {
    this.#topic = options.topic;
    this.#partition = options.partition;
    this.#position = options.startAt;
    this.#maxWaitMs = options.maxWaitMs ?? 500;
    this.#maxBytes = options.maxBytes ?? MAX_BYTES;
    const { cluster, consumer } = bareCluster(bus.kafka);
    this.#cluster = cluster;
    this.#consumer = consumer;
  }

  /** Next offset to read. */
  get position(): number {
    return this.#position;
  }

  /** What there is at the position, or nothing after `maxWaitMs`. A broker that is away is a TransientError. */
  async poll(): Promise<LogBatch> {
    const offset = this.#position;
    const { messages, nextOffset, highWatermark } = await this.#use((cluster) =>
      fetchRecords(cluster, {
        topic: this.#topic,
        partition: this.#partition,
        offset,
        maxWaitMs: this.#maxWaitMs,
        maxBytes: this.#maxBytes,
      }),
    );
    this.#position = nextOffset;
    const records = readAll({ topic: this.#topic, partition: this.#partition }, messages, offset);
    return { records, nextOffset, highWatermark };
  }

  /** Next offset of the log, asked beside a poll that waits. */
  async endOffset(): Promise<number> {
    return this.#use(async (cluster) => {
      const partitions = [{ partition: this.#partition }];
      const [found] = await cluster.fetchTopicsOffset([{ topic: this.#topic, partitions, fromBeginning: false }]);
      return Number(found?.partitions[0]?.offset ?? 0);
    });
  }

  /** A poll that waits ends with an error. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#consumer.disconnect().catch(() => undefined);
  }

  async #use<T>(work: (cluster: Cluster) => Promise<T>): Promise<T> {
    const cluster = this.#cluster;
    if (this.#closed) throw new EventsError('EVENTS_CLOSED', 'the log reader is closed');
    const doing = `reading topic "${this.#topic}" partition ${this.#partition}`;
    try {
      if (!this.#connected) {
        await cluster.connect();
        await cluster.addTargetTopic(this.#topic);
        await cluster.refreshMetadata();
        this.#connected = true;
      }
      return await work(cluster);
    } catch (error) {
      // The leader may have moved, the broker may be another one: look again before the next try.
      this.#connected = false;
      if (this.#closed) throw new EventsError('EVENTS_CLOSED', 'the log reader is closed', { cause: error });
      if (error instanceof Error && error.name === 'KafkaJSOffsetOutOfRange')
        throw new EventsError('EVENTS_OFFSET_OUT_OF_RANGE', `${doing}: offset ${this.#position} is not in the log`, {
          cause: error,
        });
      throw isTopicLoading(error) ? new TransientError('kafka', doing, { cause: error }) : kafkaFailure(error, doing);
    }
  }
}

function isTopicLoading(error: unknown): boolean {
  return error instanceof Error && error.name === 'KafkaJSTopicMetadataNotLoaded';
}
