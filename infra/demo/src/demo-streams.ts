import { SourceProducer } from '@millrace/client';
import { partitioners } from '@millrace/events';
import type { AvroWriter, EventBus } from '@millrace/events';
import { topics } from '@millrace/schemas';
import type { Outcome, TopicSpec } from '@millrace/schemas';
import type { DemoNames } from './demo-names.ts';
import { labelRecord, labelSchema, outcomeOf, transactionRecord, transactionSchema } from './demo-records.ts';
import type { LabelRecord, TransactionRecord } from './demo-records.ts';
import { patient, type Patience } from './patient.ts';
import { publishedUpTo } from './resume-point.ts';
import type { StoryPlace } from './resume-point.ts';
import type { Population } from './simulator/population.ts';
import type { TimelineEvent } from './simulator/timeline.ts';
import type { SimulatorConfig } from './simulator/transactions-of-day.ts';

const SOURCE_PARTITIONS = 4;
const CHUNK = 2000;

/** Up to where the story was published: a demo that was stopped goes on from there. */
export interface ResumePoints {
  readonly transactions: StoryPlace;
  readonly labels: StoryPlace;
}

/** The demo's way into the platform: payments and labels into topics of its own, outcomes into the platform's. */
export class DemoStreams {
  readonly #bus: EventBus;
  readonly #names: DemoNames;
  readonly #transactions: SourceProducer<TransactionRecord>;
  readonly #labels: SourceProducer<LabelRecord>;
  readonly #outcomes: AvroWriter<Outcome>;
  readonly #patience: Patience;

  private constructor(parts: {
    bus: EventBus;
    names: DemoNames;
    transactions: SourceProducer<TransactionRecord>;
    labels: SourceProducer<LabelRecord>;
    outcomes: AvroWriter<Outcome>;
    patience: Patience;
  }) {
    this.#bus = parts.bus;
    this.#names = parts.names;
    this.#transactions = parts.transactions;
    this.#labels = parts.labels;
    this.#outcomes = parts.outcomes;
    this.#patience = parts.patience;
  }

  /** Creates the demo's topics; the sources must be defined. */
  static async open(
    bus: EventBus,
    names: DemoNames,
    { gateway, patience }: { readonly gateway: string; readonly patience: Patience },
  ): Promise<DemoStreams> {
    const connect = { gatewayUrl: gateway };
    const [transactions, labels, outcomes] = await Promise.all([
      SourceProducer.connect<TransactionRecord>(bus, {
        ...connect,
        source: names.transactions,
        schema: transactionSchema,
      }),
      SourceProducer.connect<LabelRecord>(bus, { ...connect, source: names.labels, schema: labelSchema }),
      bus.writerFor(topics.outcomes),
    ]);
    return new DemoStreams({ bus, names, transactions, labels, outcomes, patience });
  }

  static async ensureTopics(bus: EventBus, names: DemoNames): Promise<void> {
    await bus.topics.ensureExact([
      sourceTopic(names.transactionsTopic, 'customer_id'),
      sourceTopic(names.labelsTopic, 'terminal_id'),
    ]);
    await bus.topics.ensure([topics.outcomes]);
  }

  async resumePoints(simulator: SimulatorConfig, population: Population): Promise<ResumePoints> {
    const { transactionsTopic, labelsTopic } = this.#names;
    const log = { bus: this.#bus, batch: CHUNK };
    return patient(this.#patience, async () => {
      const [transactions, labels] = await Promise.all([
        publishedUpTo({ ...log, topic: transactionsTopic, keyOf: (t) => t.customerId }, simulator, population),
        publishedUpTo({ ...log, topic: labelsTopic, keyOf: (t) => t.terminalId }, simulator, population),
      ]);
      return { transactions, labels };
    });
  }

  /** Everything acknowledged, each kind in the order given. What a broker that went away may have taken comes again, and is dropped by its id. */
  async publish(events: readonly TimelineEvent[]): Promise<void> {
    const payments = events.filter((event) => event.kind === 'transaction');
    const labels = events.filter((event) => event.kind === 'label');
    const { transactions: source } = this.#names;
    const sendLabels = async (): Promise<void> => {
      // Outcomes first: where a label is in the log its outcome is too, so labels alone tell where to go on.
      const outcomes = labels.map((event) => outcomeOf(event.transaction, event.timeMs, source));
      await this.#inChunks(outcomes, (chunk) => this.#sendOutcomes(chunk));
      const records = labels.map((event) => labelRecord(event.transaction, event.timeMs));
      await this.#inChunks(records, (chunk) => this.#labels.send(chunk));
    };
    const records = payments.map((event) => transactionRecord(event.transaction));
    await Promise.all([this.#inChunks(records, (chunk) => this.#transactions.send(chunk)), sendLabels()]);
  }

  async #inChunks<T>(records: readonly T[], send: (chunk: readonly T[]) => Promise<unknown>): Promise<void> {
    for (let start = 0; start < records.length; start += CHUNK) {
      await patient(this.#patience, () => send(records.slice(start, start + CHUNK)));
    }
  }

  async #sendOutcomes(outcomes: readonly Outcome[]): Promise<void> {
    const topic = this.#bus.topics.name(topics.outcomes.name);
    const partitions = await this.#bus.topics.partitions(topic);
    await this.#bus.producer().send(
      outcomes.map((outcome) => {
        const key = Buffer.from(outcome.sourceEventId);
        return { topic, partition: partitioners.murmur2(key, partitions), key, value: this.#outcomes.encode(outcome) };
      }),
    );
  }
}

function sourceTopic(name: string, key: string): TopicSpec {
  return {
    name,
    schema: null,
    key,
    partitions: SOURCE_PARTITIONS,
    retentionMs: -1,
    cleanup: 'delete',
    maxMessageBytes: 1_048_576,
  };
}
