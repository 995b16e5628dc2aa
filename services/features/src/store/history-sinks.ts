import {
  ClickHouseSink,
  createWideViewStatement,
  decodedBatch,
  featureVectorsTable,
  migrate,
  rekeyedEventsTable,
  row,
  sinkFetching,
  type ClickHouse,
  type MapBatch,
} from '@millrace/clickhouse';
import { BatchConsumer, partitioners, type ConsumerStatus, type EventBus } from '@millrace/events';
import type { Row, SourcePlan } from '@millrace/feature-engine';
import { schemas, topics, type FeatureVector, type RekeyedEvent } from '@millrace/schemas';
import { crashPoint } from '@millrace/service-kit';
import { readCandidate } from '../flow/read-candidates.ts';
import type { SourceBlueprint } from '../flow/source-blueprint.ts';
import { deadLettersTable, deadLetterRow } from './dead-letters-table.ts';
import { SourceTable } from './source-table.ts';

interface Sink {
  readonly consumer: BatchConsumer;
  readonly sink: ClickHouseSink;
}

/** What goes into ClickHouse: consumer groups of their own, so a slow or absent ClickHouse delays history, never scoring. */
export class HistorySinks {
  readonly #bus: EventBus;
  readonly #clickhouse: ClickHouse;
  readonly #migrations: string;
  readonly #maxWaitMs: number;
  #migrated = false;
  readonly #views = new Set<string>();
  readonly #named = new Map<string, string>();
  readonly #running = new Map<string, Sink>();
  #blueprints: readonly SourceBlueprint[] = [];
  #turn: Promise<void> = Promise.resolve();

  constructor({
    bus,
    clickhouse,
    migrations,
    maxWaitMs,
  }: {
    bus: EventBus;
    clickhouse: ClickHouse;
    migrations: string;
    maxWaitMs: number;
  }) {
    this.#migrations = migrations;
    this.#bus = bus;
    this.#clickhouse = clickhouse;
    this.#maxWaitMs = maxWaitMs;
  }

  /** Adds what the definitions ask for; history of a retired definition stays. */
  reconcile(sources: readonly SourcePlan[], blueprints: readonly SourceBlueprint[]): Promise<void> {
    this.#turn = this.#turn
      .then(() => this.#apply(sources, blueprints))
      .catch((error: unknown) => this.#bus.log.warn('features.history-not-ready', { error }));
    return this.#turn;
  }

  async stop(): Promise<void> {
    await this.#turn;
    await Promise.all([...this.#running.values()].map(({ consumer }) => consumer.stop()));
  }

  /** First offset of each partition of a log that is not in ClickHouse yet, whichever instance stores it. */
  storedUpTo(topic: string): Promise<number[]> {
    return this.#bus.topics.committedOffsets(this.#groupOf(topic), topic);
  }

  statuses(): ConsumerStatus[] {
    return [...this.#running.values()].map(({ consumer }) => consumer.status);
  }

  async #apply(sources: readonly SourcePlan[], blueprints: readonly SourceBlueprint[]): Promise<void> {
    this.#blueprints = blueprints;
    if (!this.#migrated) await this.#migrate();
    await this.#ensureWideViews(blueprints);
    await this.#nameTopics(sources);
    const known = new Set(await this.#bus.topics.list());
    for (const source of sources) {
      const { topic } = source.definition;
      if (!known.has(topic)) continue;
      const table = new SourceTable(source);
      await table.ensure(this.#clickhouse);
      // A source that has gained columns is stored with them from its next start of the service on.
      if (!this.#running.has(topic)) await this.#run(topic, this.#sourceRows(source, table));
    }
    for (const { rekeyedTopic } of blueprints.flatMap(({ rekeyedViews }) => rekeyedViews)) {
      if (!rekeyedTopic) continue;
      const topic = this.#bus.topics.name(rekeyedTopic.name);
      await this.#bus.topics.ensure([rekeyedTopic]);
      if (!this.#running.has(topic)) await this.#run(topic, this.#rekeyedRows());
    }
    for (const { deadLetterGroup } of blueprints) {
      const topic = this.#bus.topics.name(`${deadLetterGroup}.dead-letters`);
      if (known.has(topic) && !this.#running.has(topic)) await this.#run(topic, deadLetters);
    }
  }

  /** Stores what is left of a rekeyed log that nobody writes any more; true when all of it is stored and let go of. */
  finish(topic: string): Promise<boolean> {
    const finished = this.#turn.then(() => this.#finish(topic));
    this.#turn = finished.then(
      () => undefined,
      () => undefined,
    );
    return finished;
  }

  async #finish(topic: string): Promise<boolean> {
    const [ends, stored] = await Promise.all([this.#bus.topics.endOffsets(topic), this.storedUpTo(topic)]);
    const isStored = ends.every((end, partition) => end === 0 || (stored[partition] ?? -1) >= end);
    const running = this.#running.get(topic);
    if (!isStored && !running && this.#migrated) await this.#run(topic, this.#rekeyedRows());
    if (!isStored) return false;
    this.#running.delete(topic);
    await running?.consumer.stop();
    return true;
  }

  #rekeyedRows(): MapBatch {
    return decodedBatch(this.#bus.codec.reader<RekeyedEvent>(schemas.RekeyedEvent), (event, { partition, offset }) => ({
      identity: event,
      rows: [row(rekeyedEventsTable, { event, partition, offset })],
    }));
  }

  /** ClickHouse may be absent when the service starts: nothing but history waits for it. */
  async #migrate(): Promise<void> {
    await migrate(this.#clickhouse, this.#migrations, this.#bus.log);
    const vectors = this.#bus.codec.reader<FeatureVector>(schemas.FeatureVector);
    const map = decodedBatch(vectors, (vector) => ({ identity: vector, rows: [row(featureVectorsTable, vector)] }));
    await this.#run(this.#bus.topics.name(topics['features.vectors'].name), map);
    this.#migrated = true;
  }

  /** Outcomes name the source, predictions its topic: the view that joins them looks here. */
  async #nameTopics(sources: readonly SourcePlan[]): Promise<void> {
    for (const { name, definition } of sources) {
      const { topic } = definition;
      if (this.#named.get(name) === topic) continue;
      const row = { name, topic, defined_at: new Date().toISOString() };
      await this.#clickhouse.insert('sources', [row], `source:${name}:${topic}`);
      this.#named.set(name, topic);
    }
  }

  /** One named column a feature: what analysts look at. */
  async #ensureWideViews(blueprints: readonly SourceBlueprint[]): Promise<void> {
    for (const { plan } of blueprints.flatMap(({ services }) => services)) {
      if (this.#views.has(plan.id)) continue;
      const features = plan.features.map(({ name, type }) => ({
        name,
        kind: type === 'double' ? ('number' as const) : type,
        comment: `Feature ${name} of ${plan.id}`,
      }));
      await this.#clickhouse.command(
        createWideViewStatement(this.#clickhouse, {
          name: `v_${plan.name}_v${plan.version}`,
          featureService: plan.name,
          featureServiceVersion: plan.version,
          features,
          comment: `Vectors of feature service ${plan.id} as served, one named column a feature, one row an event`,
        }),
      );
      this.#views.add(plan.id);
    }
  }

  /** What the materialization dead-letters is no event of the source: both ask the same rule. */
  #sourceRows({ name, definition }: SourcePlan, table: SourceTable): MapBatch {
    const reader = this.#bus.codec.reader<Row>();
    const placeOf = partitioners[definition.partitioner ?? 'murmur2'];
    return async ({ records, generation }) => {
      const [decoded, count] = await Promise.all([
        reader.decodeBatch(records),
        this.#bus.topics.partitions(definition.topic),
      ]);
      const blueprint = this.#blueprints.find(({ source }) => source.name === name);
      return records.map((record, i) => {
        const result = decoded[i];
        if (!result?.ok) return null;
        const refused =
          blueprint &&
          'invalid' in readCandidate(blueprint, record, { row: result.value, place: (key) => placeOf(key, count) });
        return refused ? null : table.store(result.value, record, generation);
      });
    };
  }

  async #run(topic: string, map: MapBatch): Promise<void> {
    const group = this.#groupOf(topic);
    const sink = new ClickHouseSink({
      inserter: this.#clickhouse,
      group,
      map,
      maxWaitMs: this.#maxWaitMs,
      hooks: { onStage: (stage) => crashPoint(`features.history-${stage}`) },
    });
    const consumer = new BatchConsumer(this.#bus, {
      group,
      topics: [topic],
      handler: sink,
      ...sinkFetching,
    });
    await consumer.start();
    this.#running.set(topic, { consumer, sink });
  }

  #groupOf(topic: string): string {
    const { topicPrefix } = this.#bus.config;
    return `features-history.${topic.startsWith(topicPrefix) ? topic.slice(topicPrefix.length) : topic}`;
  }
}

const deadLetters: MapBatch = async ({ records }) =>
  records.map((record) => {
    const letter = deadLetterRow(record);
    return letter && { identity: null, rows: [row(deadLettersTable, letter)] };
  });
