import { partitioners, TailFollower, type AvroReader, type EventBus, type TailBatch } from '@millrace/events';
import { topics, type RunEvent } from '@millrace/schemas';
import type { RunLog, RunLogTaker } from '../../flow/ports.ts';

const runs = topics['tracking.runs'];

/** Follows `tracking.runs` without a consumer group: every instance reads all that others wrote. */
export class KafkaRunLog implements RunLog {
  readonly partitions = runs.partitions;
  readonly #decoder: AvroReader<RunEvent>;
  readonly #follower: TailFollower;
  readonly #endOffsets: () => Promise<number[]>;

  constructor(bus: EventBus) {
    this.#decoder = bus.readerFor(runs);
    const topic = bus.topics.name(runs.name);
    this.#follower = new TailFollower(bus, { topic, partitions: runs.partitions });
    this.#endOffsets = () => bus.ends.of(topic, runs.partitions);
  }

  partitionOf(id: string): number {
    return partitionOfRun(id);
  }

  endOffsets(): Promise<number[]> {
    return this.#endOffsets();
  }

  follow(taker: RunLogTaker): void {
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

  async #take({ partition, records, nextOffset }: TailBatch, taker: RunLogTaker): Promise<void> {
    // Most of it are this instance's own writes, which have moved the position past them meanwhile: not worth decoding.
    const foreign = records.filter(({ offset }) => offset >= taker.positionOf(partition));
    const decoded = await this.#decoder.decodeBatch(foreign);
    const events = foreign.flatMap((record, index) => {
      const result = decoded[index];
      // What is no run event is not ours to judge here: the sink moves it to the dead letters.
      return result?.ok ? [{ event: result.value, offset: record.offset }] : [];
    });
    taker.take(partition, events, nextOffset);
  }
}

export function partitionOfRun(id: string): number {
  return partitioners.murmur2(Buffer.from(id), runs.partitions);
}
