import {
  partitioners,
  TailFollower,
  type AvroReader,
  type EventBus,
  type RecordTopic,
  type TailBatch,
} from '@millrace/events';
import type { RecordName, RecordTypes, TopicSpec } from '@millrace/schemas';
import type { FollowedLog, LogTaker } from '../flow/followed-log.ts';

/** Follows a topic without a consumer group: every instance reads all that others wrote. */
export class KafkaFollowedLog<N extends RecordName> implements FollowedLog<RecordTypes[N]> {
  readonly #bus: EventBus;
  readonly #spec: RecordTopic<N>;
  readonly #topic: string;
  readonly #decoder: AvroReader<RecordTypes[N]>;
  readonly #follower: TailFollower;

  constructor(bus: EventBus, spec: RecordTopic<N>) {
    this.#bus = bus;
    this.#spec = spec;
    this.#topic = bus.topics.name(spec.name);
    this.#decoder = bus.readerFor(spec);
    this.#follower = new TailFollower(bus, { topic: this.#topic, partitions: spec.partitions });
  }

  get partitions(): number {
    return this.#spec.partitions;
  }

  partitionOf(id: string): number {
    return partitionOf(this.#spec, id);
  }

  endOffsets(): Promise<number[]> {
    return this.#bus.ends.of(this.#topic, this.partitions);
  }

  follow(taker: LogTaker<RecordTypes[N]>): void {
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

  async #take({ partition, records, nextOffset }: TailBatch, taker: LogTaker<RecordTypes[N]>): Promise<void> {
    // What this instance wrote itself may have moved the position past it meanwhile: not worth decoding.
    const wanted = records.filter(({ offset }) => offset >= taker.positionOf(partition));
    const decoded = await this.#decoder.decodeBatch(wanted);
    const events = wanted.flatMap((record, index) => {
      const result = decoded[index];
      // What is no such event is not ours to judge here: the sink moves it to the dead letters.
      return result?.ok ? [{ event: result.value, offset: record.offset }] : [];
    });
    taker.take(partition, events, nextOffset);
  }
}

/** All events of one id lie in one partition. */
export function partitionOf({ partitions }: Pick<TopicSpec, 'partitions'>, id: string): number {
  return partitioners.murmur2(Buffer.from(id), partitions);
}
