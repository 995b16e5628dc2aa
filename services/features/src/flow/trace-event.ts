import { identifier, type ClickHouse } from '@millrace/clickhouse';
import type { Journal } from '@millrace/events';
import { CodedError } from '@millrace/service-kit';
import { recomputeOneSql } from './check-parity.ts';
import type { FeaturesCommand, FeaturesState } from './definitions-domain.ts';
import type { PlannedServices } from './planned-services.ts';
import type { PlannedService, ServiceView } from './source-blueprint.ts';

interface SourceRow extends Readonly<Record<string, unknown>> {
  readonly _topic: string;
  readonly _generation: number;
  readonly _partition: number;
  readonly _offset: number;
  readonly _id: string | null;
}

interface VectorRow {
  readonly event_id: string;
  readonly lane: string;
  readonly entities: Readonly<Record<string, string>>;
  readonly event_time: string;
  readonly numbers: readonly (number | null)[];
  readonly strings: readonly (string | null)[];
  readonly cuts: readonly { readonly partition: number; readonly offset: number; readonly own_offset: number }[];
  readonly builds: readonly number[];
  readonly computed_at: string;
}

interface LoggedEvent {
  readonly position: number;
  readonly event_time: string;
  readonly id: string | null;
}

const listedEvents = 50;

/** One event's whole way, from ClickHouse: every store there is a projection of the log, so this is what happened. */
export class TraceEvent {
  readonly #clickhouse: ClickHouse;
  readonly #journal: Journal<FeaturesState, FeaturesCommand>;
  readonly #services: PlannedServices;

  constructor(parts: {
    clickhouse: ClickHouse;
    journal: Journal<FeaturesState, FeaturesCommand>;
    services: PlannedServices;
  }) {
    this.#clickhouse = parts.clickhouse;
    this.#journal = parts.journal;
    this.#services = parts.services;
  }

  /** `eventId` is the value of the source's id column, or `topic/partition/offset`. */
  async trace(eventId: string): Promise<object> {
    const events = await this.#find(eventId);
    const place = parsePlace(eventId);
    const deadLetters = place
      ? await this.#clickhouse.query(
          `SELECT * FROM ${this.#clickhouse.qualified('dead_letters')} FINAL WHERE topic = {topic:String} AND partition = {partition:UInt32} AND offset = {offset:UInt64}`,
          { ...place },
        )
      : [];
    if (events.length === 0 && deadLetters.length === 0) {
      throw new CodedError(
        'FEATURES_EVENT_NOT_FOUND',
        `no source holds an event "${eventId}": give the value of its id column, or topic/partition/offset; history may be some seconds behind`,
      );
    }
    const traced = await Promise.all(events.map(({ source, row }) => this.#traceRow(source, row)));
    return { eventId, events: traced, deadLetters };
  }

  async #find(eventId: string): Promise<{ source: string; row: SourceRow }[]> {
    const place = parsePlace(eventId);
    const found: { source: string; row: SourceRow }[] = [];
    for (const [source, { topic }] of this.#journal.state.definitions.sources) {
      const table = this.#clickhouse.qualified(`source_${source}`);
      const exists = await this.#clickhouse.queryOne(`EXISTS TABLE ${table}`);
      if (exists === null || (exists as { result: number }).result === 0 || (place && place.topic !== topic)) continue;
      const where = place ? '_partition = {partition:UInt32} AND _offset = {offset:UInt64}' : '_id = {id:String}';
      const parameters = place ? { ...place } : { id: eventId };
      const rows = await this.#clickhouse.query<SourceRow>(
        `SELECT * FROM ${table} FINAL WHERE ${where} ORDER BY _offset LIMIT 20`,
        parameters,
      );
      found.push(...rows.map((row) => ({ source, row })));
    }
    return found;
  }

  async #traceRow(source: string, row: SourceRow): Promise<object> {
    const at = { topic: row._topic, generation: row._generation, partition: row._partition, offset: row._offset };
    const identity =
      'source_topic = {topic:String} AND generation = {generation:UInt32} AND source_partition = {partition:UInt32} AND source_offset = {offset:UInt64}';
    const [vectors, predictions, outcomes] = await Promise.all([
      this.#clickhouse.query<VectorRow>(
        `SELECT * FROM ${this.#clickhouse.qualified('feature_vectors')} FINAL WHERE ${identity}`,
        at,
      ),
      this.#clickhouse.query(
        `SELECT endpoint, model, model_version, artifact_hash, status, error, score, vector_at, scored_at, duration_us, dateDiff('millisecond', source_timestamp, scored_at) AS latency_ms FROM ${this.#clickhouse.qualified('predictions')} FINAL WHERE ${identity}`,
        at,
      ),
      this.#clickhouse.query(
        `SELECT label, observed_at FROM ${this.#clickhouse.qualified('outcomes')} FINAL WHERE source = {source:String} AND source_event_id = {id:String}`,
        { source, id: row._id ?? '' },
      ),
    ]);
    return {
      source,
      position: at,
      event: row,
      vectors: await Promise.all(vectors.map((vector) => this.#traceVector(vector))),
      predictions,
      outcomes,
    };
  }

  async #traceVector(vector: VectorRow): Promise<object> {
    const [name = '', version] = vector.lane.split('@');
    const current = await this.#services.find({ name, version: Number(version) }).catch(() => undefined);
    const service = current && this.#services.asMade(current, vector.builds);
    const known = {
      lane: vector.lane,
      eventTime: vector.event_time,
      computedAt: vector.computed_at,
      entities: vector.entities,
    };
    if (!service) return { ...known, features: [], note: 'the feature service has been retired' };
    const features = [];
    for (const [v, view] of service.views.entries()) {
      features.push(...(await this.#traceView(service, { view, v, vector })));
    }
    for (const feature of service.plan.features) {
      if (feature.origin.from === 'pass-through')
        features.push({ feature: feature.name, value: valueOf(vector, feature) });
    }
    const sql = recomputeOneSql(service, this.#journal.state, {
      database: this.#clickhouse.database,
      eventId: vector.event_id,
    });
    return { ...known, features, sql };
  }

  async #traceView(
    { plan }: PlannedService,
    { view, v, vector }: { view: ServiceView; v: number; vector: VectorRow },
  ): Promise<object[]> {
    const { log } = view;
    const cut = vector.cuts[v] ?? { partition: 0, offset: -1, own_offset: -1 };
    const timeMs = Date.parse(vector.event_time);
    const events = await this.#logEvents(view, {
      key: vector.entities[log.view.entity.name] ?? '',
      fromMs: timeMs - log.view.spanMs,
      toMs: timeMs,
    });
    const known = events.filter(({ position }) => position <= Math.max(cut.offset, cut.own_offset));
    return plan.features
      .filter(({ origin }) => origin.from === 'view' && origin.view === v)
      .map((feature) => {
        const planned = log.view.features.find(({ name }) => name === feature.name);
        const upToMs = timeMs - (planned?.delayMs ?? 0);
        const fromMs = upToMs - (planned?.windowMs ?? 0);
        const inside = known.filter(
          ({ event_time }) => Date.parse(event_time) > fromMs && Date.parse(event_time) <= upToMs,
        );
        return {
          feature: feature.name,
          value: valueOf(vector, feature),
          view: log.view.id,
          window: { after: new Date(fromMs).toISOString(), upTo: new Date(upToMs).toISOString() },
          cut: { partition: cut.partition, position: cut.offset, ownPosition: cut.own_offset },
          eventCount: inside.length,
          events: inside.slice(-listedEvents),
        };
      });
  }

  #logEvents(
    { log }: ServiceView,
    { key, fromMs, toMs }: { key: string; fromMs: number; toMs: number },
  ): Promise<LoggedEvent[]> {
    const range = (time: string): string =>
      `${time} > fromUnixTimestamp64Milli({fromMs:Int64}) AND ${time} <= fromUnixTimestamp64Milli({toMs:Int64})`;
    const parameters = {
      key,
      fromMs,
      toMs,
      lane: log.lane,
      topic: log.view.source.definition.topic,
      generation: log.generation,
    };
    if (log.rekeyedTopic) {
      const table = this.#clickhouse.qualified('rekeyed_events');
      return this.#clickhouse.query(
        `SELECT offset AS position, event_time, concat(source_topic, '/', toString(source_partition), '/', toString(source_offset)) AS id FROM ${table} FINAL WHERE view = {lane:String} AND entity = {key:String} AND ${range('event_time')} ORDER BY event_time, position`,
        parameters,
      );
    }
    const table = this.#clickhouse.qualified(`source_${log.view.source.name}`);
    const id = `ifNull(_id, concat(_topic, '/', toString(_partition), '/', toString(_offset)))`;
    return this.#clickhouse.query(
      `SELECT _offset AS position, _event_time AS event_time, ${id} AS ${identifier('id')} FROM ${table} FINAL WHERE _topic = {topic:String} AND _generation = {generation:UInt32} AND _entity = {key:String} AND ${range('_event_time')} ORDER BY event_time, position`,
      parameters,
    );
  }
}

function valueOf(
  vector: VectorRow,
  { type, slot }: { readonly type: string; readonly slot: number },
): number | string | null {
  return (type === 'string' ? vector.strings[slot] : vector.numbers[slot]) ?? null;
}

function parsePlace(text: string): { topic: string; partition: number; offset: number } | null {
  const [, topic = '', partition, offset] = /^(.+)\/(\d+)\/(\d+)$/.exec(text) ?? [];
  return topic === '' ? null : { topic, partition: Number(partition), offset: Number(offset) };
}
