import { lanePartition, type AvroWriter, type EventBus } from '@millrace/events';
import { topics, type FeatureVector } from '@millrace/schemas';

/** Writes vectors so that those of one lane and source partition stay in source order. */
export class FeatureVectorsPublisher {
  readonly #bus: EventBus;
  readonly #writer: AvroWriter<FeatureVector>;
  readonly #topic: string;

  constructor(bus: EventBus, writer: AvroWriter<FeatureVector>) {
    this.#bus = bus;
    this.#writer = writer;
    this.#topic = bus.topics.name(topics['features.vectors'].name);
  }

  /** Resolves when all are acknowledged. Sent again after a crash they are dropped by whoever reads them. */
  async publish(vectors: readonly FeatureVector[], keyOf: (index: number) => Buffer | null): Promise<void> {
    if (vectors.length === 0) return;
    const count = topics['features.vectors'].partitions;
    await this.#bus.producer().send(
      vectors.map((vector, i) => ({
        topic: this.#topic,
        partition: lanePartition(vector.lane, vector.sourceTopic, vector.sourcePartition, count),
        key: keyOf(i),
        value: this.#writer.encode(vector),
      })),
    );
  }
}
