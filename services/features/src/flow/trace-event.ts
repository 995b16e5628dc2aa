import { stringLiteral, type ClickHouse } from '@millrace/clickhouse';
import type { Journal } from '@millrace/events';
import { isDerived, isText, references, windowEventsSql, type FeatureType } from '@millrace/feature-engine';
import { CodedError } from '@millrace/service-kit';
import { recomputeOneSql } from './check-parity.ts';
import type { FeaturesCommand, FeaturesState } from './definitions-domain.ts';
import { logTables } from './log-tables.ts';
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

/** `count_i` and `events_i` of the i-th feature of a view. */
type CountedEvents = Readonly<Record<`count_${number}`, number>> &
  Readonly<Record<`events_${number}`, readonly (readonly [timeMs: number, position: number, id: string])[]>>;

interface Place {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

interface FoundRow {
  readonly source: string;
  readonly row: SourceRow;
}

/** Of rows about models those that somebody may see. */
export type SeenOfModels = <Row extends { readonly model: string }>(rows: readonly Row[]) => Promise<readonly Row[]>;

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
  async trace(eventId: string, seen: SeenOfModels): Promise<object> {
    const place = parsePlace(eventId);
    const events = await this.#find(eventId, place);
    const deadLetters = await this.#deadLetters(eventId, place);
    if (events.length === 0 && deadLetters.length === 0) {
      throw new CodedError(
        'FEATURES_EVENT_NOT_FOUND',
        `no source holds an event "${eventId}": give the value of its id column, or topic/partition/offset; history may be some seconds behind`,
      );
    }
    const traced = await Promise.all(events.map(({ source, row }) => this.#traceRow(source, row, seen)));
    return { eventId, events: traced, deadLetters };
  }

  #deadLetters(eventId: string, place: Place | null): Promise<object[]> {
    const atPlace = 'topic = {topic:String} AND partition = {partition:UInt32} AND offset = {offset:UInt64}';
    return this.#clickhouse.query(
      `SELECT * FROM ${this.#clickhouse.qualified('dead_letters')} FINAL
       WHERE source_event_id = {id:String}${place ? ` OR (${atPlace})` : ''} ORDER BY buried_at DESC LIMIT 20`,
      { id: eventId, ...place },
    );
  }

  /** What looks like a place may be an id as well: where nothing lies there, it is looked for as one. */
  async #find(eventId: string, place: Place | null): Promise<FoundRow[]> {
    const atPlace = place
      ? await this.#findIn('_partition = {partition:UInt32} AND _offset = {offset:UInt64}', { ...place })
      : [];
    const atTopic = atPlace.filter(({ row }) => row._topic === place?.topic);
    return atTopic.length > 0 ? atTopic : this.#findIn('_id = {id:String}', { id: eventId });
  }

  async #findIn(where: string, parameters: Readonly<Record<string, unknown>>): Promise<FoundRow[]> {
    const found: FoundRow[] = [];
    for (const source of this.#journal.state.definitions.sources.keys()) {
      const table = this.#clickhouse.qualified(`source_${source}`);
      const exists = await this.#clickhouse.queryOne<{ result: number }>(`EXISTS TABLE ${table}`);
      if (exists?.result !== 1) continue;
      const rows = await this.#clickhouse.query<SourceRow>(
        `SELECT * FROM ${table} FINAL WHERE ${where} ORDER BY _generation DESC, _offset LIMIT 20`,
        parameters,
      );
      found.push(...rows.map((row) => ({ source, row })));
    }
    return found;
  }

  async #traceRow(source: string, row: SourceRow, seen: SeenOfModels): Promise<object> {
    const at = { topic: row._topic, generation: row._generation, partition: row._partition, offset: row._offset };
    const identity =
      'source_topic = {topic:String} AND generation = {generation:UInt32} AND source_partition = {partition:UInt32} AND source_offset = {offset:UInt64}';
    const [vectors, predictions, outcomes] = await Promise.all([
      this.#clickhouse.query<VectorRow>(
        `SELECT * FROM ${this.#clickhouse.qualified('feature_vectors')} FINAL WHERE ${identity}`,
        at,
      ),
      this.#clickhouse.query<{ readonly model: string }>(
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
      predictions: await seen(predictions),
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

  /** The events that each feature counted, by the rules that made its value; the newest of them are listed. */
  async #traceView(
    service: PlannedService,
    { view, v, vector }: { view: ServiceView; v: number; vector: VectorRow },
  ): Promise<object[]> {
    const { plan } = service;
    const { log } = view;
    const cut = vector.cuts[v] ?? { partition: 0, offset: -1, own_offset: -1 };
    const timeMs = Date.parse(vector.event_time);
    const counted = await this.#clickhouse.queryOne<CountedEvents>(
      windowEventsSql(plan, {
        tables: logTables(this.#journal.state, service, this.#clickhouse.database),
        where: `event_id = ${stringLiteral(vector.event_id)}`,
        view: v,
        newest: listedEvents,
      }),
    );
    return plan.features
      .filter(({ origin }) => origin.from === 'view' && origin.view === v)
      .map((feature) => {
        const written = log.view.definition.features.find(({ name }) => name === feature.name);
        if (written !== undefined && isDerived(written)) {
          const madeOf = references(written.expression).flatMap((used) => (used.op === 'feature' ? [used.name] : []));
          return { feature: feature.name, value: valueOf(vector, feature), view: log.view.id, madeOf };
        }
        const index = log.view.windowed.findIndex(({ name }) => name === feature.name);
        const planned = log.view.windowed[index];
        const bounds = planned?.range.boundsMs(timeMs) ?? { afterMs: timeMs, upToMs: timeMs };
        const events = counted?.[`events_${index}`] ?? [];
        return {
          feature: feature.name,
          value: valueOf(vector, feature),
          view: log.view.id,
          window: {
            after: bounds.afterMs === null ? null : new Date(bounds.afterMs).toISOString(),
            upTo: new Date(bounds.upToMs).toISOString(),
          },
          cut: { partition: cut.partition, position: cut.offset, ownPosition: cut.own_offset },
          eventCount: counted?.[`count_${index}`] ?? 0,
          events: events
            .map(([ms, position, id]) => ({ position, event_time: new Date(ms).toISOString(), id }))
            .toReversed(),
        };
      });
  }
}

function valueOf(
  vector: VectorRow,
  { type, slot }: { readonly type: FeatureType; readonly slot: number },
): number | string | null {
  return (isText(type) ? vector.strings[slot] : vector.numbers[slot]) ?? null;
}

function parsePlace(text: string): Place | null {
  const [, topic = '', partition, offset] = /^(.+)\/(\d{1,9})\/(\d{1,15})$/.exec(text) ?? [];
  return topic === '' ? null : { topic, partition: Number(partition), offset: Number(offset) };
}
