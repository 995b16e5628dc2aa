import { LogReader, type AvroReader, type EventBus } from '@millrace/events';

/** Reads a topic as it grows: each call gives what has come since the last one, in order within each partition. */
export class ReadOn<T> {
  readonly #bus: EventBus;
  readonly #topic: string;
  readonly #reader: AvroReader<T>;
  readonly #positions: number[] = [];

  constructor(bus: EventBus, topic: string, reader: AvroReader<T>) {
    this.#bus = bus;
    this.#topic = topic;
    this.#reader = reader;
  }

  async next(): Promise<T[]> {
    const ends = await this.#bus.topics.endOffsets(this.#topic);
    const found: T[] = [];
    for (const [partition, end] of ends.entries()) found.push(...(await this.#partition(partition, end)));
    return found;
  }

  async #partition(partition: number, end: number): Promise<T[]> {
    const startAt = this.#positions[partition] ?? 0;
    if (startAt >= end) return [];
    const log = new LogReader(this.#bus, { topic: this.#topic, partition, startAt });
    const found: T[] = [];
    try {
      while (log.position < end) {
        const { records } = await log.poll();
        for (const result of await this.#reader.decodeBatch(records)) {
          if (!result.ok) throw new Error(`a record of "${this.#topic}" cannot be read: ${result.message}`);
          found.push(result.value);
        }
      }
      this.#positions[partition] = log.position;
      return found;
    } finally {
      await log.close();
    }
  }
}
