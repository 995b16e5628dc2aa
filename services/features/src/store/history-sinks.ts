import {
  ClickHouseSink,
  decodedBatch,
  featureVectorsTable,
  migrate,
  ownMigrations,
  rekeyedEventsTable,
  row,
  sinkFetching,
  type ClickHouse,
  type MapBatch,
} from '@millrace/clickhouse';
import { BatchConsumer, type ConsumerHooks, type ConsumerStatus, type EventBus } from '@millrace/events';
import type { Row, SourcePlan } from '@millrace/feature-engine';
import { schemas, topics, type FeatureVector, type RekeyedEvent, type TopicSpec } from '@millrace/schemas';
import { crashPoint } from '@millrace/service-kit';
import { historyGroupOf, type SourceBlueprint, type ViewLog } from '../flow/source-blueprint.ts';
import { deadLetterRows } from './dead-letters-table.ts';
import { HistoryViews } from './history-views.ts';
import { SourceTable } from './source-table.ts';

export interface HistoryParts {
  readonly bus: EventBus;
  readonly clickhouse: ClickHouse;
  readonly maxWaitMs: number;
  readonly hooks: ConsumerHooks;
}

/** A source whose events are kept, and which life of its topic is read. */
export interface KeptSource {
  readonly plan: SourcePlan;
  readonly generation: number;
}

/** A log on its way into ClickHouse, by a group of its own. */
interface KeptLog {
  readonly name: string;
  readonly topic: string;
  readonly map: MapBatch;
  readonly generation?: number;
}

interface Running {
  readonly consumer: BatchConsumer;
  /** What a consumer was started for: another one takes its place when this changes. */
  readonly life: string;
}

/** What goes into ClickHouse: consumer groups of their own, so a slow or absent ClickHouse delays history, never scoring. */
export class HistorySinks {
  readonly #parts: HistoryParts;
  readonly #views: HistoryViews;
  readonly #running = new Map<string, Running>();
  #migrated = false;
  #turn: Promise<void> = Promise.resolve();

  constructor(parts: HistoryParts) {
    this.#parts = parts;
    this.#views = new HistoryViews(parts.clickhouse);
  }

  /** Adds what the definitions ask for; history of a retired definition stays. */
  reconcile(sources: readonly KeptSource[], blueprints: readonly SourceBlueprint[]): Promise<void> {
    this.#turn = this.#turn.then(() => this.#attempt('all', () => this.#apply(sources, blueprints)));
    return this.#turn;
  }

  async stop(): Promise<void> {
    await this.#turn;
    await Promise.all([...this.#running.values()].map(({ consumer }) => consumer.stop()));
  }

  /** First offset of each partition of a view's log that is not in ClickHouse yet, whichever instance stores it. */
  storedUpTo({ rekeyedTopic, view: { source } }: ViewLog): Promise<number[]> {
    const { topics } = this.#parts.bus;
    return rekeyedTopic
      ? topics.committedOffsets(historyGroupOf(rekeyedTopic.name), topics.name(rekeyedTopic.name))
      : topics.committedOffsets(historyGroupOf(source.name), source.definition.topic);
  }

  /** Stores what is left of a rekeyed log that nobody writes any more; true when all of it is stored and let go of. */
  finish(rekeyedLog: string): Promise<boolean> {
    const finished = this.#turn.then(() => this.#finish(rekeyedLog));
    this.#turn = finished.then(
      () => undefined,
      () => undefined,
    );
    return finished;
  }

  async #finish(name: string): Promise<boolean> {
    const { topics } = this.#parts.bus;
    const topic = topics.name(name);
    const [ends, stored] = await Promise.all([
      topics.endOffsets(topic),
      topics.committedOffsets(historyGroupOf(name), topic),
    ]);
    const isStored = ends.every((end, partition) => end === 0 || (stored[partition] ?? -1) >= end);
    if (!isStored) {
      if (this.#migrated) await this.#keep(this.#rekeyedLog(name));
      return false;
    }
    const running = this.#running.get(name);
    this.#running.delete(name);
    await running?.consumer.stop();
    return true;
  }

  statuses(): ConsumerStatus[] {
    return [...this.#running.values()].map(({ consumer }) => consumer.status);
  }

  async #apply(sources: readonly KeptSource[], blueprints: readonly SourceBlueprint[]): Promise<void> {
    if (!this.#migrated) await this.#migrate();
    const { bus } = this.#parts;
    for (const { plan } of blueprints.flatMap(({ services }) => services))
      await this.#attempt(plan.id, () => this.#views.ensureWide(plan));
    const known = new Set(await bus.topics.list());
    for (const source of sources) {
      await this.#attempt(source.plan.name, () => this.#views.nameTopic(source.plan));
      if (known.has(source.plan.definition.topic))
        await this.#attempt(source.plan.name, () => this.#keepSource(source));
    }
    for (const { rekeyedTopic } of blueprints.flatMap(({ rekeyedViews }) => rekeyedViews))
      if (rekeyedTopic) await this.#attempt(rekeyedTopic.name, () => this.#keepRekeyed(rekeyedTopic));
    for (const { deadLetterGroup, source } of blueprints) {
      const name = `${deadLetterGroup}.dead-letters`;
      const topic = bus.topics.name(name);
      if (known.has(topic))
        await this.#attempt(name, () => this.#keep({ name, topic, map: deadLetterRows(bus.codec.reader(), source) }));
    }
  }

  /** One log that cannot be kept, or one view that cannot be made, holds up no other; it is tried again. */
  async #attempt(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#parts.bus.log.warn('features.history-not-ready', { what, error });
    }
  }

  /** ClickHouse may be absent when the service starts: nothing but history waits for it. */
  async #migrate(): Promise<void> {
    const { bus, clickhouse } = this.#parts;
    await migrate(clickhouse, ownMigrations, bus.log);
    const vectors = bus.codec.reader<FeatureVector>(schemas.FeatureVector);
    const map = decodedBatch(vectors, (vector) => ({ identity: vector, rows: [row(featureVectorsTable, vector)] }));
    const { name } = topics['features.vectors'];
    await this.#keep({ name, topic: bus.topics.name(name), map });
    this.#migrated = true;
  }

  async #keepRekeyed(spec: TopicSpec): Promise<void> {
    await this.#parts.bus.topics.ensure([spec]);
    await this.#keep(this.#rekeyedLog(spec.name));
  }

  #rekeyedLog(name: string): KeptLog {
    const { bus } = this.#parts;
    const rekeyed = bus.codec.reader<RekeyedEvent>(schemas.RekeyedEvent);
    const map = decodedBatch(rekeyed, (event, { partition, offset }) => ({
      identity: event,
      rows: [row(rekeyedEventsTable, { event, partition, offset })],
    }));
    return { name, topic: bus.topics.name(name), map };
  }

  /** By the source's name: two sources may read one topic, and each has a table of its own. */
  async #keepSource({ plan, generation }: KeptSource): Promise<void> {
    const { bus, clickhouse } = this.#parts;
    const life = `generation ${generation}, columns ${Object.keys(plan.columns).join(', ')}`;
    if (this.#running.get(plan.name)?.life === life) return;
    const table = new SourceTable(plan);
    await table.ensure(clickhouse);
    const reader = bus.codec.reader<Row>();
    const map: MapBatch = async (batch) => {
      const decoded = await reader.decodeBatch(batch.records);
      return batch.records.map((record, i) => {
        const result = decoded[i];
        if (!result?.ok) return record.value === null ? table.store(null, record, batch.generation) : null;
        return table.store(result.value, record, batch.generation);
      });
    };
    await this.#keep({ name: plan.name, topic: plan.definition.topic, map, generation }, life);
  }

  async #keep({ name, topic, map, generation }: KeptLog, life = ''): Promise<void> {
    const running = this.#running.get(name);
    if (running?.life === life) return;
    this.#running.delete(name);
    await running?.consumer.stop();
    const { bus, clickhouse, maxWaitMs, hooks } = this.#parts;
    const group = historyGroupOf(name);
    const handler = new ClickHouseSink({
      inserter: clickhouse,
      group,
      map,
      maxWaitMs,
      hooks: { onStage: (stage) => crashPoint(`features.history-${stage}`) },
    });
    const consumer = new BatchConsumer(bus, {
      group,
      topics: [topic],
      handler,
      ...(generation !== undefined && { generationOf: () => generation }),
      hooks,
      ...sinkFetching,
    });
    await consumer.start();
    this.#running.set(name, { consumer, life });
  }
}
