import { randomUUID } from 'node:crypto';
import { listPages, type ClickHouse } from '@millrace/clickhouse';
import type { Journal } from '@millrace/events';
import { isText, trainingSetSql, type ServicePlan } from '@millrace/feature-engine';
import type { Fault } from '@millrace/service-kit';
import { invalidRequest } from '../errors.ts';
import { abandonedSpines, spineTableName } from './abandoned-spines.ts';
import type { FeaturesCommand, FeaturesState } from './definitions-domain.ts';
import { generationOf, logTables } from './log-tables.ts';
import type { PlannedServices } from './planned-services.ts';
import type { PlannedService } from './source-blueprint.ts';
import {
  checkSpine,
  ownPositionsSql,
  spineTableRow,
  spineTableSql,
  spineTime,
  type PlacedSpineRow,
  type SpineRow,
} from './training-spine.ts';

/** How a row's features are meant: what was known then, what was served then, or what is known now. */
export const trainingModes = ['as-known', 'as-served', 'hindsight'] as const;
type TrainingMode = (typeof trainingModes)[number];

export interface TrainingSetRequest {
  readonly featureService: string;
  readonly version?: number | undefined;
  readonly mode: TrainingMode;
  /** The rows wanted … */
  readonly spine?: readonly SpineRow[] | undefined;
  /** … or all events that were served in a range of event time. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** With a range: only events whose outcome is known, which is added as `label`. */
  readonly labels?: boolean | undefined;
}

/** Rows that are sent to ClickHouse, or asked for, at once. */
const pageRows = 10_000;
const rangeRows = 50_000;
/** No event time lies there or beyond. */
const afterAllTimes = Date.UTC(2299, 11, 31);

type FeatureRow = Readonly<Record<string, unknown>>;

/** Point-in-time-correct rows from ClickHouse: one row out for every row in, in order, streamed. */
export class BuildTrainingSet {
  readonly #clickhouse: ClickHouse;
  readonly #journal: Journal<FeaturesState, FeaturesCommand>;
  readonly #services: PlannedServices;
  readonly #now: () => number;

  constructor(parts: {
    clickhouse: ClickHouse;
    journal: Journal<FeaturesState, FeaturesCommand>;
    services: PlannedServices;
    now: () => number;
  }) {
    this.#clickhouse = parts.clickhouse;
    this.#journal = parts.journal;
    this.#services = parts.services;
    this.#now = parts.now;
  }

  /** Checks everything that can be refused before the first row is given. */
  async build(request: TrainingSetRequest): Promise<AsyncGenerator<FeatureRow>> {
    const service = await this.#services.find({ name: request.featureService, version: request.version });
    if (request.spine) {
      const { mode, spine } = request;
      checkSpine(service, spine, mode === 'as-served' ? 'by-event' : 'by-time');
      if (mode === 'as-served') return this.#served(service.plan, spine);
      return this.#computed(
        service,
        spine.map((given) => ({ given })),
        mode,
      );
    }
    return this.#range(service, request);
  }

  async *#computed(
    service: PlannedService,
    rows: readonly PlacedSpineRow[],
    mode: 'as-known' | 'hindsight',
  ): AsyncGenerator<FeatureRow> {
    const clickhouse = this.#clickhouse;
    await this.#dropAbandoned();
    const table = spineTableName(randomUUID(), this.#now());
    const spine = clickhouse.qualified(table);
    await clickhouse.command(spineTableSql(service, spine));
    try {
      for (let start = 0; start < rows.length; start += pageRows) {
        const page = rows.slice(start, start + pageRows);
        await clickhouse.insert(
          table,
          page.map((row, i) => spineTableRow(service, row, start + i)),
        );
      }
      const { state } = this.#journal;
      const generation = generationOf(state, service.plan.source.name);
      const sql = trainingSetSql(service.plan, {
        tables: logTables(state, service, clickhouse.database),
        knowledge: mode,
        spine: ownPositionsSql(service, { clickhouse, spine, generation }),
        own: 'given',
        columns: service.plan.requestColumns,
        shape: 'named',
      });
      yield* this.#join(rows, sql);
    } finally {
      await clickhouse.command(`DROP TABLE IF EXISTS ${spine}`);
    }
  }

  /** What processes that were killed have left. */
  async #dropAbandoned(): Promise<void> {
    const { database } = this.#clickhouse;
    const tables = await this.#clickhouse.query<{ name: string }>(
      `SELECT name FROM system.tables WHERE database = {database:String} AND startsWith(name, 'training_spine_')`,
      { database },
    );
    const names = tables.map(({ name }) => name);
    for (const name of abandonedSpines(names, this.#now()))
      await this.#clickhouse.command(`DROP TABLE IF EXISTS ${this.#clickhouse.qualified(name)}`);
  }

  async *#served(plan: ServicePlan, rows: readonly SpineRow[]): AsyncGenerator<FeatureRow> {
    for (let start = 0; start < rows.length; start += pageRows) {
      const page = rows.slice(start, start + pageRows);
      const byId = new Map<string | null, ServedRow>();
      for (const ids of listPages(page.map(({ eventId }) => eventId ?? '')))
        for (const served of await this.#servedByIds(plan, ids)) byId.set(served.source_event_id, served);
      for (const row of page) yield { ...row, ...namedFeatures(plan, byId.get(row.eventId ?? '')) };
    }
  }

  /** Where an event was served in several lives of its topic, the last one comes last. */
  #servedByIds(plan: ServicePlan, ids: readonly string[]): Promise<ServedRow[]> {
    return this.#clickhouse.query<ServedRow>(
      `SELECT source_event_id, numbers, strings FROM ${this.#clickhouse.qualified('feature_vectors')} FINAL
       WHERE feature_service = {service:String} AND feature_service_version = {version:UInt32} AND source_event_id IN ({ids:Array(String)})
       ORDER BY generation`,
      { service: plan.name, version: plan.version, ids },
    );
  }

  async *#join(rows: readonly PlacedSpineRow[], sql: string): AsyncGenerator<FeatureRow> {
    for await (const page of this.#clickhouse.stream<{ _row: number } & FeatureRow>(sql)) {
      for (const { _row, ...features } of page) yield { ...rows[_row]?.given, ...features };
    }
  }

  async #range(service: PlannedService, request: TrainingSetRequest): Promise<AsyncGenerator<FeatureRow>> {
    const { plan } = service;
    const faults: Fault[] = [];
    const from = request.from === undefined ? 0 : boundOf('from', request.from, faults);
    const to = request.to === undefined ? afterAllTimes : boundOf('to', request.to, faults);
    if (faults.length > 0) throw invalidRequest(faults);
    const computed = request.mode !== 'as-served';
    const vectors = this.#clickhouse.qualified('feature_vectors');
    const outcomes = this.#clickhouse.qualified('outcomes');
    const sql = `SELECT source_event_id, event_time, entities, numbers, strings, source_partition, source_offset${request.labels ? ', label' : ''}
      FROM (SELECT * FROM ${vectors} FINAL WHERE feature_service = {service:String} AND feature_service_version = {version:UInt32}
            ${computed ? 'AND generation = {generation:UInt32}' : ''}
            AND event_time >= fromUnixTimestamp64Milli({from:Int64}) AND event_time < fromUnixTimestamp64Milli({to:Int64})) AS v
      ${request.labels ? `INNER JOIN (SELECT source_event_id AS outcome_of, argMax(label, observed_at) AS label FROM ${outcomes} FINAL WHERE source = {source:String} GROUP BY source_event_id) AS o ON v.source_event_id = o.outcome_of` : ''}
      ORDER BY event_time, source_partition, source_offset`;
    // What was served stays served; what is computed is computed from the log that is read now.
    const generation = generationOf(this.#journal.state, plan.source.name);
    const parameters = { service: plan.name, version: plan.version, from, to, source: plan.source.name, generation };
    const served = this.#clickhouse.stream<RangeRow>(sql, parameters);
    if (request.mode === 'as-served') return servedRange(plan, served);
    return this.#computedRange(service, served, request.mode);
  }

  async *#computedRange(
    service: PlannedService,
    served: AsyncGenerator<RangeRow[]>,
    mode: 'as-known' | 'hindsight',
  ): AsyncGenerator<FeatureRow> {
    let rows: PlacedSpineRow[] = [];
    for await (const page of served) {
      for (const { source_event_id, event_time, entities, label, source_partition, source_offset } of page) {
        const given = {
          ...entities,
          eventId: source_event_id,
          time: event_time,
          ...(label !== undefined && { label }),
        };
        rows.push({ given, place: { partition: source_partition, offset: source_offset } });
      }
      if (rows.length >= rangeRows) {
        yield* this.#computed(service, rows, mode);
        rows = [];
      }
    }
    if (rows.length > 0) yield* this.#computed(service, rows, mode);
  }
}

interface ServedRow {
  readonly source_event_id: string | null;
  readonly numbers: readonly (number | null)[];
  readonly strings: readonly (string | null)[];
}

interface RangeRow extends ServedRow {
  readonly event_time: string;
  readonly entities: Readonly<Record<string, string>>;
  readonly source_partition: number;
  readonly source_offset: number;
  readonly label?: number;
}

async function* servedRange(plan: ServicePlan, served: AsyncGenerator<RangeRow[]>): AsyncGenerator<FeatureRow> {
  for await (const page of served) {
    for (const row of page) {
      const { source_event_id: eventId, event_time: time, entities, label } = row;
      yield { eventId, time, ...entities, ...(label !== undefined && { label }), ...namedFeatures(plan, row) };
    }
  }
}

/** Missing for an event that was never served. */
function namedFeatures(plan: ServicePlan, row: ServedRow | undefined): FeatureRow {
  return Object.fromEntries(
    plan.features.map(({ name, type, slot }) => {
      const value = (isText(type) ? row?.strings : row?.numbers)?.[slot] ?? null;
      return [name, type === 'boolean' && value !== null ? value !== 0 : value];
    }),
  );
}

function boundOf(path: 'from' | 'to', time: string, faults: Fault[]): number {
  const timeMs = spineTime(time);
  if (typeof timeMs === 'number') return timeMs;
  faults.push({ path, message: timeMs.message });
  return 0;
}
