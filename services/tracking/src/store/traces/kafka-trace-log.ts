import { LogReader, partitioners, type AvroReader, type EventBus } from '@millrace/events';
import { topics, type TraceEvent } from '@millrace/schemas';
import type { PlacedTraceEvent, TraceLog } from '../../flow/traces/ports.ts';

const traces = topics['tracking.traces'];

/** Follows `tracking.traces` without a consumer group: every instance reads all of it, when it is asked. */
export class KafkaTraceLog implements TraceLog {
  readonly partitions = traces.partitions;
  readonly #bus: EventBus;
  readonly #decoder: AvroReader<TraceEvent>;
  readonly #readers = new Map<number, LogReader>();

  constructor(bus: EventBus) {
    this.#bus = bus;
    this.#decoder = bus.readerFor(traces);
  }

  partitionOf(traceId: string): number {
    return partitionOfTrace(traceId);
  }

  endOffset(partition: number): Promise<number> {
    return this.#reader(partition, null).endOffset();
  }

  async read(partition: number, from: number): Promise<{ events: PlacedTraceEvent[]; nextOffset: number }> {
    const { records, nextOffset } = await this.#reader(partition, from).poll();
    const decoded = await this.#decoder.decodeBatch(records);
    const events = records.flatMap((record, index) => {
      const result = decoded[index];
      // What is no trace event is not ours to judge here: the sink moves it to the dead letters.
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
      topic: this.#bus.topics.name(traces.name),
      partition,
      startAt: from ?? 0,
      maxWaitMs: 50,
    });
    this.#readers.set(partition, reader);
    return reader;
  }
}

export function partitionOfTrace(traceId: string): number {
  return partitioners.murmur2(Buffer.from(traceId), traces.partitions);
}
