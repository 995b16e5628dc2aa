import type { Kafka } from 'kafkajs';
import { EventsError, TransientError } from '../errors.ts';
import { kafkaFailure } from '../kafkajs/kafka-failure.ts';
import { bareCluster, type BareCluster } from './bare-cluster.ts';
import type { Ends } from './log-ends.ts';

/** Asks brokers where logs end, one request to each that leads any of them. Connects when it is first asked. */
export class EndsClient {
  readonly #kafka: Kafka;
  #made: BareCluster | undefined;
  #connecting: Promise<void> | undefined;
  #closed = false;

  constructor(kafka: Kafka) {
    this.#kafka = kafka;
  }

  async ask(wanted: ReadonlyMap<string, number>): Promise<Ends> {
    const doing = `asking for the end of ${[...wanted.keys()].map((topic) => `topic "${topic}"`).join(', ')}`;
    if (this.#closed) throw new EventsError('EVENTS_CLOSED', 'the connection to the broker is closed');
    try {
      return await this.#ends(wanted);
    } catch (error) {
      // The leader may have moved, the broker may be another one: look again before the next try.
      this.#connecting = undefined;
      if (this.#closed)
        throw new EventsError('EVENTS_CLOSED', 'the connection to the broker is closed', { cause: error });
      if (error instanceof Error && error.name === 'KafkaJSTopicMetadataNotLoaded')
        throw new TransientError('kafka', doing, { cause: error });
      throw kafkaFailure(error, doing);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#made?.consumer.disconnect().catch(() => undefined);
  }

  async #ends(wanted: ReadonlyMap<string, number>): Promise<Ends> {
    this.#made ??= bareCluster(this.#kafka);
    const { cluster } = this.#made;
    await (this.#connecting ??= cluster.connect().then(() => cluster.refreshMetadata()));
    // Asks for the leaders of those that are new to it.
    await cluster.addMultipleTargetTopics([...wanted.keys()]);
    const found = await cluster.fetchTopicsOffset(
      [...wanted].map(([topic, partitions]) => ({
        topic,
        partitions: Array.from({ length: partitions }, (_, partition) => ({ partition })),
        fromBeginning: false,
      })),
    );
    return new Map(
      found.map(({ topic, partitions }) => [
        topic,
        new Map(partitions.map(({ partition, offset }) => [partition, Number(offset)])),
      ]),
    );
  }
}
