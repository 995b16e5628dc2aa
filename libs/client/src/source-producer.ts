import { partitioners, type AvroWriter, type EventBus, type OutgoingRecord } from '@millrace/events';
import { encodeEntityKey, readKey, type SourceDefinition } from '@millrace/feature-engine';
import { subjectOf, type AvroSchemaJson } from '@millrace/schemas';
import { ClientError } from './client-error.ts';
import { HttpClient } from './http-client.ts';

export interface SourceProducerOptions {
  readonly gatewayUrl: string;
  /** Name of a registered source. */
  readonly source: string;
  /** Registered under the topic's subject; without it the newest one there is used. */
  readonly schema?: AvroSchemaJson;
}

/** Publishes events of type `T` to a registered source, keyed and placed as the source declares. */
export class SourceProducer<T extends object> {
  readonly #bus: EventBus;
  readonly #source: SourceDefinition;
  readonly #writer: AvroWriter<T>;
  readonly #partitionCount: number;
  #turn = 0;

  private constructor(parts: {
    bus: EventBus;
    source: SourceDefinition;
    writer: AvroWriter<T>;
    partitionCount: number;
  }) {
    this.#bus = parts.bus;
    this.#source = parts.source;
    this.#writer = parts.writer;
    this.#partitionCount = parts.partitionCount;
  }

  static async connect<T extends object>(bus: EventBus, options: SourceProducerOptions): Promise<SourceProducer<T>> {
    const path = `/api/v1/sources/${encodeURIComponent(options.source)}`;
    const source = (await new HttpClient(options.gatewayUrl).get(path)) as SourceDefinition;
    const [writer, partitionCount] = await Promise.all([
      openWriter<T>(bus, source.topic, options.schema),
      bus.topics.partitions(source.topic),
    ]);
    return new SourceProducer({ bus, source, writer, partitionCount });
  }

  /** Resolves once all events are in the log; the answer is the offset of each. */
  send(events: readonly T[]): Promise<number[]> {
    return this.#bus.producer().send(events.map((event) => this.#record(event)));
  }

  #record(event: T): OutgoingRecord {
    const key = this.#keyOf(event);
    const place = partitioners[this.#source.partitioner ?? 'murmur2'];
    const partition = key === null ? (this.#turn += 1) % this.#partitionCount : place(key, this.#partitionCount);
    return { topic: this.#source.topic, partition, key, value: this.#writer.encode(event), timestampMs: Date.now() };
  }

  #keyOf(event: T): Buffer | null {
    const { name, entity, keyEncoding } = this.#source;
    if (entity === undefined) return null;
    const text = readKey(event as Record<string, unknown>, entity);
    const key = typeof text === 'string' ? encodeEntityKey(text, keyEncoding) : null;
    if (key !== null) return key;
    const reason = typeof text === 'string' ? `"${text}" cannot be a ${keyEncoding} key` : text.message;
    throw new ClientError('CLIENT_KEY_INVALID', `source "${name}" is keyed by ${entity}: ${reason}`);
  }
}

async function openWriter<T>(bus: EventBus, topic: string, schema: AvroSchemaJson | undefined): Promise<AvroWriter<T>> {
  const subject = subjectOf(topic);
  if (schema !== undefined) return bus.codec.writer<T>(subject, schema);
  const registered = await bus.codec.latestWriter<T>(subject);
  if (registered) return registered.writer;
  throw new ClientError(
    'CLIENT_SCHEMA_MISSING',
    `subject "${subject}" has no schema yet: pass one to SourceProducer.connect`,
  );
}
