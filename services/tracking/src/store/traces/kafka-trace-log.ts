import { partitioners, TailFollower, type AvroReader, type EventBus, type TailBatch } from '@millrace/events';
import { topics, type TraceEvent } from '@millrace/schemas';
import type { TraceLog, TraceLogTaker } from '../../flow/traces/ports.ts';

const traces = topics['tracking.traces'];

/** Follows `tracking.traces` without a consumer group: every instance reads all that others wrote. */
export class KafkaTraceLog implements TraceLog {
  readonly partitions = traces.partitions;
  readonly #decoder: AvroReader<TraceEvent>;
  readonly #follower: TailFollower;

  constructor(bus: EventBus) {
    this.#decoder = bus.readerFor(traces);
    this.#follower = new TailFollower(bus, { topic: bus.topics.name(traces.name), partitions: traces.partitions });
  }

  partitionOf(traceId: string): number {
    return partitionOfTrace(traceId);
  }

  endOffsets(): Promise<number[]> {
    return this.#follower.endOffsets();
  }

  follow(taker: TraceLogTaker): void {
    this.#follower.follow({
      positionOf: (partition) => taker.positionOf(partition),
      take: (batch) => this.#take(batch, taker),
      untilWanted: () => taker.untilWanted(),
      lost: (partition) => taker.lost(partition),
    });
  }

  close(): Promise<void> {
    return this.#follower.close();
  }

  async #take({ partition, records, nextOffset }: TailBatch, taker: TraceLogTaker): Promise<void> {
    const decoded = await this.#decoder.decodeBatch(records);
    const events = records.flatMap((record, index) => {
      const result = decoded[index];
      // What is no trace event is not ours to judge here: the sink moves it to the dead letters.
      return result?.ok ? [{ event: result.value, offset: record.offset }] : [];
    });
    taker.take(partition, events, nextOffset);
  }
}

export function partitionOfTrace(traceId: string): number {
  return partitioners.murmur2(Buffer.from(traceId), traces.partitions);
}
