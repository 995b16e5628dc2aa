import { schemas, subjectOf } from '@millrace/schemas';
import type { RecordName, RecordTypes, TopicSpec } from '@millrace/schemas';
import type { Kafka } from 'kafkajs';
import { AvroCodec } from './avro-codec.ts';
import type { AvroReader } from './avro-reader.ts';
import type { AvroWriter } from './avro-writer.ts';
import { EventProducer } from './event-producer.ts';
import type { EventProducerOptions } from './event-producer.ts';
import type { EventsConfig, EventsLog } from './events-config.ts';
import { connectKafka } from './kafkajs/connect-kafka.ts';
import { EndsClient } from './log/ends-client.ts';
import { LogEnds } from './log/log-ends.ts';
import { SchemaRegistry } from './schema-registry.ts';
import { TopicAdmin } from './topic-admin.ts';

/** A topic of ours that holds records of one schema. */
export type RecordTopic<N extends RecordName> = TopicSpec & { readonly schema: N };

/** A process's one door to Kafka and the schema registry. */
export class EventBus {
  readonly config: EventsConfig;
  readonly log: EventsLog;
  readonly codec: AvroCodec;
  readonly topics: TopicAdmin;
  /** Where logs end, one question for all who ask at once. */
  readonly ends: LogEnds;
  /** For this library only. */
  readonly kafka: Kafka;
  readonly #endsClient: EndsClient;
  readonly #registry: SchemaRegistry;
  readonly #producers: EventProducer[] = [];
  #shared: EventProducer | null = null;

  /** Resolves once the broker and the registry have answered; either of them being away is a TransientError. */
  static async connect(config: EventsConfig, log: EventsLog): Promise<EventBus> {
    const bus = new EventBus(config, log);
    try {
      await bus.ping();
      return bus;
    } catch (error) {
      await bus.close();
      throw error;
    }
  }

  private constructor(config: EventsConfig, log: EventsLog) {
    const now = (): number => Date.now();
    this.config = config;
    this.log = log;
    this.kafka = connectKafka(config.kafka, log);
    this.#endsClient = new EndsClient(this.kafka);
    this.ends = new LogEnds((wanted) => this.#endsClient.ask(wanted));
    this.#registry = new SchemaRegistry(config.schemaRegistry);
    this.codec = new AvroCodec(this.#registry, now);
    this.topics = new TopicAdmin(this.kafka, { prefix: config.topicPrefix, now });
  }

  /** The process's one producer, made when first asked for. */
  producer(): EventProducer {
    this.#shared ??= this.newProducer();
    return this.#shared;
  }

  /** A producer of its own, with its own connection and order: for a bulk load beside live traffic. Closed with the bus. */
  newProducer(options: EventProducerOptions = {}): EventProducer {
    const producer = new EventProducer(this.kafka, this.log, options);
    this.#producers.push(producer);
    return producer;
  }

  /** Writer of the record that a topic of ours holds, registered under the subject of its prefixed name. */
  writerFor<N extends RecordName>(topic: RecordTopic<N>): Promise<AvroWriter<RecordTypes[N]>> {
    return this.codec.writer<RecordTypes[N]>(subjectOf(this.topics.name(topic.name)), schemas[topic.schema]);
  }

  /** Reader of the record that a topic of ours holds, in today's form whoever wrote it. */
  readerFor<N extends RecordName>(topic: RecordTopic<N>): AvroReader<RecordTypes[N]> {
    return this.codec.reader<RecordTypes[N]>(schemas[topic.schema]);
  }

  /** Resolves when the broker and the registry answer, for readiness. */
  async ping(): Promise<void> {
    await Promise.all([this.topics.ping(), this.#registry.ping()]);
  }

  /** Waits for what was sent, then lets go of every connection. Stop consumers first. */
  async close(): Promise<void> {
    await Promise.all(this.#producers.map((producer) => producer.close()));
    await Promise.all([this.topics.close(), this.#endsClient.close()]);
    this.#registry.close();
  }
}
