import type { Cluster, Consumer } from 'kafkajs';
import { backOffMs, waitUnlessAborted } from '../consumer/back-off.ts';
import { readAll } from '../consumer/chunk-cursor.ts';
import { asError } from '../consumer/handle-carefully.ts';
import type { SourceRecord } from '../consumer/source-record.ts';
import { EventsError, TransientError } from '../errors.ts';
import type { EventBus } from '../event-bus.ts';
import { kafkaFailure } from '../kafkajs/kafka-failure.ts';
import { bareCluster } from './bare-cluster.ts';
import { fetchFromLeader } from './fetch-records.ts';

/** What lies in one partition from the position on that its taker gave. */
export interface TailBatch {
  readonly partition: number;
  readonly records: readonly SourceRecord[];
  readonly nextOffset: number;
}

export interface TailTaker {
  /** Next offset that is wanted of a partition. It may move by other ways than `take`. */
  positionOf(partition: number): number;
  /** Gets what was found, one batch after the other; a batch that it throws at is fetched again, from the position it gives then. */
  take(batch: TailBatch): Promise<void>;
  /** Resolves when more is wanted: until then the log is not asked, and what comes meanwhile comes together. */
  untilWanted(): Promise<void>;
  /** The log begins after the position, or ends before it: what was there is gone. */
  lost(partition: number): void;
}

export interface TailFollowerOptions {
  /** Name on the broker. */
  readonly topic: string;
  readonly partitions: number;
  /** How long the broker holds a fetch that finds nothing. Default 500. */
  readonly maxWaitMs?: number;
  readonly maxBytes?: number;
}

const MAX_BYTES = 4 * 1024 * 1024;

/**
 * Follows all partitions of a topic over one cluster connection and waits at their ends, outside of any group. One fetch
 * a broker asks for all partitions that it leads.
 */
export class TailFollower {
  readonly #options: Required<TailFollowerOptions>;
  readonly #log: EventBus['log'];
  readonly #cluster: Cluster;
  readonly #consumer: Consumer;
  readonly #closed = new AbortController();
  #connecting: Promise<void> | undefined;
  #following: Promise<void> = Promise.resolve();

  constructor(bus: Pick<EventBus, 'kafka' | 'log'>, options: TailFollowerOptions) {
    this.#options = { maxWaitMs: 500, maxBytes: MAX_BYTES, ...options };
    this.#log = bus.log;
    const { cluster, consumer } = bareCluster(bus.kafka);
    this.#cluster = cluster;
    this.#consumer = consumer;
  }

  /** Begins to follow. An outage is waited for; the log says so. */
  follow(taker: TailTaker): void {
    this.#following = this.#follow(taker);
  }

  async close(): Promise<void> {
    this.#closed.abort();
    await this.#consumer.disconnect().catch(() => undefined);
    await this.#following;
  }

  async #follow(taker: TailTaker): Promise<void> {
    const { topic, partitions } = this.#options;
    for (let attempt = 1; !this.#closed.signal.aborted; attempt += 1) {
      const stop = new AbortController();
      try {
        await this.#use('finding the leaders', async () => undefined);
        const leaders = Object.entries(this.#cluster.findLeaderForPartitions(topic, indexes(partitions)));
        if (leaders.length === 0) throw new TransientError('kafka', `topic "${topic}" has no leader`);
        const loops = leaders.map(([nodeId, led]) =>
          this.#loop(nodeId, led, taker, stop.signal, () => {
            attempt = 0;
          }),
        );
        // One that fails ends the others, and all begin anew with the leaders as they are then.
        await Promise.all(loops).finally(() => stop.abort());
        await Promise.allSettled(loops);
      } catch (error) {
        if (this.#closed.signal.aborted) return;
        this.#log.warn('tail.unreachable', { topic, attempt, error: asError(error).message });
        await waitUnlessAborted(backOffMs(Math.max(attempt, 1), Math.random()), this.#closed.signal);
      }
    }
  }

  async #loop(
    nodeId: string,
    led: readonly number[],
    taker: TailTaker,
    stop: AbortSignal,
    onAnswer: () => void,
  ): Promise<void> {
    const { topic } = this.#options;
    while (!stop.aborted && !this.#closed.signal.aborted) {
      await taker.untilWanted();
      const offsets = led.map((partition) => ({ partition, offset: taker.positionOf(partition) }));
      const answers = await this.#use('reading', async () => {
        try {
          return await fetchFromLeader(this.#cluster, nodeId, this.#options, offsets);
        } catch (error) {
          const gone = partitionOutOfRange(error);
          if (gone === undefined) throw error;
          taker.lost(gone);
          return new Map<number, never>();
        }
      });
      onAnswer();
      for (const { partition, offset } of offsets) {
        const answer = answers.get(partition);
        if (answer === undefined || answer.nextOffset <= offset) continue;
        const records = readAll({ topic, partition }, answer.messages, offset);
        await taker.take({ partition, records, nextOffset: answer.nextOffset });
      }
    }
  }

  async #use<T>(what: string, work: () => Promise<T>): Promise<T> {
    const doing = `${what} of topic "${this.#options.topic}"`;
    if (this.#closed.signal.aborted) throw new EventsError('EVENTS_CLOSED', 'the tail follower is closed');
    try {
      await (this.#connecting ??= this.#connect());
      return await work();
    } catch (error) {
      // The leader may have moved, the broker may be another one: look again before the next try.
      this.#connecting = undefined;
      if (this.#closed.signal.aborted)
        throw new EventsError('EVENTS_CLOSED', 'the tail follower is closed', { cause: error });
      if (error instanceof Error && error.name === 'KafkaJSTopicMetadataNotLoaded')
        throw new TransientError('kafka', doing, { cause: error });
      throw kafkaFailure(error, doing);
    }
  }

  async #connect(): Promise<void> {
    await this.#cluster.connect();
    await this.#cluster.addTargetTopic(this.#options.topic);
    await this.#cluster.refreshMetadata();
  }
}

function indexes(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

/** kafkajs names the partition in the error. */
function partitionOutOfRange(error: unknown): number | undefined {
  if (!(error instanceof Error) || error.name !== 'KafkaJSOffsetOutOfRange') return undefined;
  return 'partition' in error && typeof error.partition === 'number' ? error.partition : undefined;
}
