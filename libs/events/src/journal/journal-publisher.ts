import { schemas, topics } from '@millrace/schemas';
import type { JournalCommand, RecordName, TopicSpec } from '@millrace/schemas';
import type { AvroReader } from '../avro-reader.ts';
import { BatchConsumer } from '../consumer/batch-consumer.ts';
import type { ConsumerHooks, ConsumerStatus } from '../consumer/consumer-options.ts';
import { StopSourceError } from '../consumer/flow-errors.ts';
import type { AssignedPartition, PartitionBatch } from '../consumer/partition-handler.ts';
import type { SourceRecord } from '../consumer/source-record.ts';
import { EventsError } from '../errors.ts';
import type { EventBus, RecordTopic } from '../event-bus.ts';
import { eventId, lanePartition } from '../identity.ts';
import { LogReader } from '../log/log-reader.ts';
import type { OutgoingRecord } from '../outgoing-record.ts';
import { CommandLedger } from './command-ledger.ts';
import type { Domain, PublicEvent } from './journal-domain.ts';
import { journalTopic } from './journal-topic.ts';

export interface JournalPublisherOptions<S, C extends { readonly type: string }> {
  /** Journal topic without the configured prefix; the group is `<topic>.publisher`. */
  readonly topic: string;
  readonly domain: Domain<S, C>;
  /** Lane of the published records, for example `registry`. A second event of one command for one topic gets `registry#1`. */
  readonly lane: string;
  readonly hooks?: ConsumerHooks;
}

interface Pending {
  readonly event: PublicEvent;
  readonly lane: string;
  readonly generation: number;
  readonly offset: number;
}

/**
 * Publishes the events of applied commands; of all instances one does it at a time. It keeps a state of its own, since
 * it may stand elsewhere in the journal than the instance that serves. Offsets are committed after the acknowledgement:
 * a crash repeats events with the same identity, which watermarks drop.
 */
export class JournalPublisher<S, C extends { readonly type: string }> {
  readonly #bus: EventBus;
  readonly #options: JournalPublisherOptions<S, C>;
  readonly #reader: AvroReader<JournalCommand>;
  readonly #consumer: BatchConsumer;
  #ledger: CommandLedger<S, C>;
  /** Next offset to apply: a batch that comes again must not be applied again. */
  #applied = 0;
  #pending: Pending[] = [];

  constructor(bus: EventBus, options: JournalPublisherOptions<S, C>) {
    this.#bus = bus;
    this.#options = options;
    this.#reader = bus.readerFor(journalTopic(options.topic));
    this.#ledger = new CommandLedger(options.domain);
    this.#consumer = new BatchConsumer(bus, {
      group: `${options.topic}.publisher`,
      topics: [bus.topics.name(options.topic)],
      handler: { assigned: (partition) => this.#catchUp(partition), handle: (batch) => this.#publish(batch) },
      ...(options.hooks === undefined ? {} : { hooks: options.hooks }),
    });
  }

  async start(): Promise<void> {
    await this.#bus.topics.ensure([journalTopic(this.#options.topic)]);
    await this.#consumer.start();
  }

  stop(): Promise<void> {
    return this.#consumer.stop();
  }

  get status(): ConsumerStatus {
    return this.#consumer.status;
  }

  /** Applies what was published before, without publishing it. */
  async #catchUp({ topic, committed, generation, beginOffset }: AssignedPartition): Promise<void> {
    this.#ledger = new CommandLedger(this.#options.domain);
    this.#pending = [];
    this.#applied = beginOffset;
    const published = committed?.nextOffset ?? beginOffset;
    const log = new LogReader(this.#bus, { topic, partition: 0, startAt: beginOffset });
    try {
      while (log.position < published) {
        const { records } = await log.poll();
        await this.#apply(
          records.filter(({ offset }) => offset < published),
          generation,
        );
        this.#pending = [];
      }
    } finally {
      await log.close();
    }
  }

  async #publish(batch: PartitionBatch): Promise<void> {
    await this.#apply(batch.records, batch.generation);
    if (this.#pending.length === 0) return;
    const outgoing: OutgoingRecord[] = [];
    for (const pending of this.#pending) outgoing.push(await this.#encode(pending));
    await this.#bus.producer().send(outgoing);
    this.#pending = [];
  }

  async #apply(records: readonly SourceRecord[], generation: number): Promise<void> {
    const results = await this.#reader.decodeBatch(records);
    for (const [i, { offset }] of records.entries()) {
      const result = results[i];
      if (result === undefined || offset < this.#applied) continue;
      if (!result.ok) throw new StopSourceError('EVENTS_JOURNAL_UNREADABLE', `offset ${offset}: ${result.message}`);
      const { events } = this.#applyOne(result.value, offset);
      this.#applied = offset + 1;
      const ofTopic = new Map<string, number>();
      for (const event of events) {
        const index = ofTopic.get(event.topic) ?? 0;
        ofTopic.set(event.topic, index + 1);
        const { lane } = this.#options;
        this.#pending.push({ event, generation, offset, lane: index === 0 ? lane : `${lane}#${index}` });
      }
    }
  }

  /** A command that this version cannot apply is nobody's dead letter: the publisher waits for the right version. */
  #applyOne(command: JournalCommand, offset: number): { readonly events: readonly PublicEvent[] } {
    try {
      return this.#ledger.apply(command, offset);
    } catch (error) {
      if (error instanceof EventsError) throw new StopSourceError(error.code, error.message, { cause: error });
      throw error;
    }
  }

  async #encode({ event, lane, generation, offset }: Pending): Promise<OutgoingRecord> {
    const spec = publicTopic(event.topic);
    const sourceTopic = this.#options.topic;
    const identity = { lane, sourceTopic, generation, sourcePartition: 0, sourceOffset: offset };
    const writer = await this.#bus.codec.writer<Readonly<Record<string, unknown>>>(
      `${this.#bus.topics.name(spec.name)}-value`,
      schemas[spec.schema],
    );
    return {
      topic: this.#bus.topics.name(spec.name),
      partition: lanePartition(lane, sourceTopic, 0, spec.partitions),
      key: event.key === null ? null : Buffer.from(event.key),
      value: writer.encode({ ...event.value, ...identity, eventId: eventId(identity) }),
    };
  }
}

function publicTopic(name: string): RecordTopic<RecordName> {
  const known: Readonly<Record<string, TopicSpec>> = topics;
  const spec = known[name];
  if (spec === undefined || spec.schema === null || !(spec.schema in schemas))
    throw new StopSourceError(
      'EVENTS_TOPIC_UNKNOWN',
      `a command publishes to "${name}", which schemas/topics.yaml does not hold`,
    );
  return spec as RecordTopic<RecordName>;
}
