import { setTimeout as sleep } from 'node:timers/promises';
import { LogReader, TransientError, type DecodeResult, type EventBus, type SourceRecord } from '@millrace/events';

export interface WatchOptions {
  /** Name on the broker. */
  readonly topic: string;
  readonly from: 'beginning' | 'now' | { readonly timeMs: number };
  /** False ends where the topic ended at the start. */
  readonly follow: boolean;
  readonly signal: AbortSignal;
  /** One record after the other, in order within a partition; `enough` ends the watch. */
  readonly onRecord: (record: SourceRecord, decoded: DecodeResult<unknown>) => Promise<'more' | 'enough'>;
  /** The broker is away and will be asked again. */
  readonly onWaiting?: (error: Error) => void;
}

const retryMs = 1_000;

/** Reads all partitions of any Avro topic side by side, without a consumer group. */
export async function watchTopic(bus: EventBus, options: WatchOptions): Promise<void> {
  const { topic, from, follow } = options;
  const [begins, ends] = await Promise.all([bus.topics.beginOffsets(topic), bus.topics.endOffsets(topic)]);
  const starts = from === 'beginning' ? begins : from === 'now' ? ends : await bus.topics.offsetsAt(topic, from.timeMs);
  const watch = new Watch(bus, options);
  await Promise.all(
    starts.map((startAt, partition) => {
      const endAt = follow ? Number.POSITIVE_INFINITY : (ends[partition] ?? 0);
      return watch.read({ partition, startAt, endAt });
    }),
  );
}

interface Stretch {
  readonly partition: number;
  readonly startAt: number;
  readonly endAt: number;
}

class Watch {
  readonly #bus: EventBus;
  readonly #options: WatchOptions;
  readonly #decode: (records: readonly SourceRecord[]) => Promise<DecodeResult<unknown>[]>;
  /** Batches of different partitions are told one after the other. */
  #turn: Promise<void> = Promise.resolve();
  #done = false;

  constructor(bus: EventBus, options: WatchOptions) {
    this.#bus = bus;
    this.#options = options;
    const reader = bus.codec.reader();
    this.#decode = (records) => reader.decodeBatch(records);
  }

  async read({ partition, startAt, endAt }: Stretch): Promise<void> {
    if (startAt >= endAt) return;
    const reader = new LogReader(this.#bus, { topic: this.#options.topic, partition, startAt });
    try {
      while (reader.position < endAt && !this.#ended) {
        const records = await this.#poll(reader);
        await this.#tellInTurn(records.filter(({ offset }) => offset < endAt));
      }
    } catch (error) {
      this.#done = true;
      throw error;
    } finally {
      await reader.close();
    }
  }

  get #ended(): boolean {
    return this.#done || this.#options.signal.aborted;
  }

  async #poll(reader: LogReader): Promise<readonly SourceRecord[]> {
    try {
      return (await reader.poll()).records;
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
      this.#options.onWaiting?.(error);
      await sleep(retryMs, undefined, { signal: this.#options.signal }).catch(() => undefined);
      return [];
    }
  }

  #tellInTurn(records: readonly SourceRecord[]): Promise<void> {
    if (records.length === 0) return Promise.resolve();
    const told = this.#turn.then(() => this.#tell(records));
    this.#turn = told.catch(() => undefined);
    return told;
  }

  async #tell(records: readonly SourceRecord[]): Promise<void> {
    const decoded = await this.#decode(records);
    for (const [i, record] of records.entries()) {
      const result = decoded[i];
      if (this.#ended || !result) return;
      if ((await this.#options.onRecord(record, result)) === 'enough') this.#done = true;
    }
  }
}
