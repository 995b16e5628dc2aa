import type { AvroWriter, EventBus, OutgoingRecord } from '@millrace/events';
import { lanePartition } from '@millrace/events';
import type { Prediction } from '@millrace/schemas';
import { topics } from '@millrace/schemas';

export interface KeyedPrediction {
  readonly key: Buffer | null;
  readonly prediction: Prediction;
}

const topic = topics['inference.predictions'];

/** Writes predictions to the one partition of their lane and source partition, in the order given. */
export class PredictionsPublisher {
  readonly #bus: EventBus;
  readonly #writer: AvroWriter<Prediction>;
  readonly #topicName: string;
  /** Partition by `lane|topic|partition`: hashing the same three for every record would be most of the work. */
  readonly #partitions = new Map<string, number>();

  private constructor(bus: EventBus, writer: AvroWriter<Prediction>) {
    this.#bus = bus;
    this.#writer = writer;
    this.#topicName = bus.topics.name(topic.name);
  }

  static async open(bus: EventBus): Promise<PredictionsPublisher> {
    await bus.topics.ensure([topic]);
    return new PredictionsPublisher(bus, await bus.writerFor(topic));
  }

  /** Resolves when the broker has acknowledged all of them. */
  async publish(predictions: readonly KeyedPrediction[]): Promise<void> {
    if (predictions.length === 0) return;
    await this.#bus.producer().send(predictions.map((keyed) => this.#toRecord(keyed)));
  }

  #toRecord({ key, prediction }: KeyedPrediction): OutgoingRecord {
    return {
      topic: this.#topicName,
      partition: this.#partitionOf(prediction),
      key,
      value: this.#writer.encode(prediction),
    };
  }

  #partitionOf({ lane, sourceTopic, sourcePartition }: Prediction): number {
    const stream = `${lane}|${sourceTopic}|${sourcePartition}`;
    let partition = this.#partitions.get(stream);
    if (partition === undefined) {
      partition = lanePartition(lane, sourceTopic, sourcePartition, topic.partitions);
      this.#partitions.set(stream, partition);
    }
    return partition;
  }
}
