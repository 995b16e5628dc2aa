import type { AvroWriter, EventBus, OutgoingRecord } from '@millrace/events';
import { lanePartition } from '@millrace/events';
import type { Prediction } from '@millrace/schemas';
import { topics } from '@millrace/schemas';

/** Publishes predictions with the record key of each; resolves when the broker has acknowledged all of them. */
export type PublishPredictions = (
  predictions: readonly Prediction[],
  keys: readonly (Buffer | null)[],
) => Promise<void>;

const topic = topics['inference.predictions'];

/** Writes predictions to the one partition of their lane and source partition, in the order given. */
export class PredictionsPublisher {
  readonly #bus: EventBus;
  readonly #writer: AvroWriter<Prediction>;
  readonly #topicName: string;
  /** The stream of the last record and its partition: neighbours are of one stream, and the hash takes a while. */
  #last: { readonly stream: Stream; readonly partition: number } | null = null;

  private constructor(bus: EventBus, writer: AvroWriter<Prediction>) {
    this.#bus = bus;
    this.#writer = writer;
    this.#topicName = bus.topics.name(topic.name);
  }

  static async open(bus: EventBus): Promise<PredictionsPublisher> {
    await bus.topics.ensure([topic]);
    return new PredictionsPublisher(bus, await bus.writerFor(topic));
  }

  readonly publish: PublishPredictions = async (predictions, keys) => {
    if (predictions.length === 0) return;
    const records = predictions.map((prediction, row): OutgoingRecord => ({
      topic: this.#topicName,
      partition: this.#partitionOf(prediction),
      key: keys[row] ?? null,
      value: this.#writer.encode(prediction),
    }));
    await this.#bus.producer().send(records);
  };

  #partitionOf({ lane, sourceTopic, sourcePartition }: Prediction): number {
    const last = this.#last;
    if (
      last?.stream.lane === lane &&
      last.stream.sourceTopic === sourceTopic &&
      last.stream.sourcePartition === sourcePartition
    ) {
      return last.partition;
    }
    const partition = lanePartition(lane, sourceTopic, sourcePartition, topic.partitions);
    this.#last = { stream: { lane, sourceTopic, sourcePartition }, partition };
    return partition;
  }
}

type Stream = Pick<Prediction, 'lane' | 'sourceTopic' | 'sourcePartition'>;
