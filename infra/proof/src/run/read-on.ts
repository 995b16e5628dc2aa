import { LogReader, type AvroReader, type EventBus } from '@millrace/events';

/** Reads a topic as it grows: each call gives what has come since the last one, in order within each partition. */
export class ReadOn<T> {
  readonly #bus: EventBus;
  readonly #topic: string;
  readonly #reader: AvroReader<T>;
  #positions: readonly number[] = [];

  constructor(bus: EventBus, topic: string, reader: AvroReader<T>) {
    this.#bus = bus;
    this.#topic = topic;
    this.#reader = reader;
  }

  /** All or nothing: what could not be read to the end comes with the next call. */
  async next(): Promise<T[]> {
    const ends = await this.#bus.topics.endOffsets(this.#topic);
    const found: T[] = [];
    const positions: number[] = [];
    for (const [partition, end] of ends.entries()) {
      const startAt = this.#positions[partition] ?? 0;
      positions[partition] = startAt < end ? await this.#partition({ partition, startAt, end }, found) : startAt;
    }
    this.#positions = positions;
    return found;
  }

  async #partition(
    { partition, startAt, end }: { partition: number; startAt: number; end: number },
    found: T[],
  ): Promise<number> {
    const log = new LogReader(this.#bus, { topic: this.#topic, partition, startAt });
    try {
      while (log.position < end) {
        const { records } = await log.poll();
        for (const result of await this.#reader.decodeBatch(records)) {
          if (!result.ok) throw new Error(`a record of "${this.#topic}" cannot be read: ${result.message}`);
          found.push(result.value);
        }
      }
      return log.position;
    } finally {
      await log.close();
    }
  }
}
