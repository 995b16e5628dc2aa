import { LogReader, partitioners, type AvroReader, type EventBus } from '@millrace/events';
import { topics, type RunEvent } from '@millrace/schemas';
import type { PlacedEvent, RunLog } from '../flow/ports.ts';

const runs = topics['tracking.runs'];

/** Follows `tracking.runs` without a consumer group: every instance reads all of it, when it is asked. */
export class KafkaRunLog implements RunLog {
  readonly partitions = runs.partitions;
  readonly #bus: EventBus;
  readonly #decoder: AvroReader<RunEvent>;
  readonly #readers = new Map<number, LogReader>();

  constructor(bus: EventBus) {
    this.#bus = bus;
    this.#decoder = bus.readerFor(runs);
  }

  partitionOf(id: string): number {
    return partitionOfRun(id);
  }

  endOffset(partition: number): Promise<number> {
    return this.#reader(partition, null).endOffset();
  }

  async read(partition: number, from: number): Promise<{ events: PlacedEvent[]; nextOffset: number }> {
    const { records, nextOffset } = await this.#reader(partition, from).poll();
    const decoded = await this.#decoder.decodeBatch(records);
    const events = records.flatMap((record, index) => {
      const result = decoded[index];
      // What is no run event is not ours to judge here: the sink moves it to the dead letters.
      return result?.ok && record.offset >= from ? [{ event: result.value, offset: record.offset }] : [];
    });
    return { events, nextOffset };
  }

  async close(): Promise<void> {
    await Promise.all([...this.#readers.values()].map((reader) => reader.close()));
  }

  /** The partition's reader, made anew when it does not stand where it is wanted. */
  #reader(partition: number, from: number | null): LogReader {
    const held = this.#readers.get(partition);
    if (held !== undefined && (from === null || held.position === from)) return held;
    void held?.close();
    const reader = new LogReader(this.#bus, {
      topic: this.#bus.topics.name(runs.name),
      partition,
      startAt: from ?? 0,
      maxWaitMs: 50,
    });
    this.#readers.set(partition, reader);
    return reader;
  }
}

export function partitionOfRun(id: string): number {
  return partitioners.murmur2(Buffer.from(id), runs.partitions);
}
