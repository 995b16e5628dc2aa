import { randomUUID } from 'node:crypto';
import { identifier, stringLiteral, type ClickHouse } from '@millrace/clickhouse';
import type { Journal } from '@millrace/events';
import { sourceColumnType, trainingSetSql, type ServicePlan } from '@millrace/feature-engine';
import { CodedError, type Fault } from '@millrace/service-kit';
import { invalidRequest } from '../errors.ts';
import type { FeaturesCommand, FeaturesState } from './definitions-domain.ts';
import { logTables } from './log-tables.ts';
import type { PlannedServices } from './planned-services.ts';
import type { PlannedService } from './source-blueprint.ts';

/** How a row's features are meant: what was known then, what was served then, or what is known now. */
export const trainingModes = ['as-known', 'as-served', 'hindsight'] as const;
type TrainingMode = (typeof trainingModes)[number];

export interface SpineRow {
  /** ISO 8601 or milliseconds. */
  readonly time?: string | number | undefined;
  /** The source's `id` of the row's own event. */
  readonly eventId?: string | undefined;
  /** Labels, keys, columns that pass-through features read: given back as they are. */
  readonly [column: string]: unknown;
}

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

type FeatureRow = Readonly<Record<string, unknown>>;

/** Point-in-time-correct rows from ClickHouse: one row out for every row in, in order, streamed. */
export class BuildTrainingSet {
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

  /** Checks everything that can be refused before the first row is given. */
  async build(request: TrainingSetRequest): Promise<AsyncGenerator<FeatureRow>> {
    const service = await this.#services.find({ name: request.featureService, version: request.version });
    if (request.spine) {
      checkSpine(service, request.spine, request.mode);
      return request.mode === 'as-served'
        ? this.#served(service.plan, request.spine)
        : this.#computed(service, request.spine, request.mode);
    }
    return this.#range(service, request);
  }

  async *#computed(
    service: PlannedService,
    rows: readonly SpineRow[],
    mode: 'as-known' | 'hindsight',
  ): AsyncGenerator<FeatureRow> {
    const spine = this.#clickhouse.qualified(`training_spine_${randomUUID().replaceAll('-', '')}`);
    const columns = service.plan.requestColumns;
    const types = columns.map(
      (name) => `${identifier(name)} ${sourceColumnType(service.plan.source.columns[name] ?? 'string')}`,
    );
    await this.#clickhouse.command(
      `CREATE TABLE ${spine} (row UInt64, time DateTime64(3, 'UTC'), entities Map(String, String), event_id Nullable(String)${types.map((type) => `, ${type}`).join('')}) ENGINE = MergeTree ORDER BY row COMMENT 'Rows of a training set while it is being built'`,
    );
    try {
      for (let start = 0; start < rows.length; start += 10_000) {
        const page = rows.slice(start, start + 10_000);
        await this.#clickhouse.insert(
          spine.split('.')[1]?.replaceAll('`', '') ?? '',
          page.map((row, i) => spineRow(service, row, start + i)),
        );
      }
      const sql = trainingSetSql(service.plan, {
        tables: logTables(this.#journal.state, service, this.#clickhouse.database),
        knowledge: mode,
        spine: ownPositions(this.#clickhouse, service, spine),
        own: 'given',
        columns,
        shape: 'named',
      });
      yield* this.#join(rows, sql);
    } finally {
      await this.#clickhouse.command(`DROP TABLE IF EXISTS ${spine}`);
    }
  }

  async *#served(plan: ServicePlan, rows: readonly SpineRow[]): AsyncGenerator<FeatureRow> {
    for (let start = 0; start < rows.length; start += 10_000) {
      const page = rows.slice(start, start + 10_000);
      const found = await this.#clickhouse.query<ServedRow>(
        `SELECT source_event_id, numbers, strings FROM ${this.#clickhouse.qualified('feature_vectors')} FINAL
         WHERE feature_service = {service:String} AND feature_service_version = {version:UInt32} AND source_event_id IN ({ids:Array(String)})`,
        { service: plan.name, version: plan.version, ids: page.map(({ eventId }) => eventId ?? '') },
      );
      const byId = new Map(found.map((row) => [row.source_event_id, row]));
      for (const row of page) yield { ...row, ...namedFeatures(plan, byId.get(row.eventId ?? '')) };
    }
  }

  async *#join(rows: readonly SpineRow[], sql: string): AsyncGenerator<FeatureRow> {
    for await (const page of this.#clickhouse.stream<{ row: number } & FeatureRow>(sql)) {
      for (const { row, ...features } of page) yield { ...rows[row], ...features };
    }
  }

  async #range(service: PlannedService, request: TrainingSetRequest): Promise<AsyncGenerator<FeatureRow>> {
    const { plan } = service;
    const [from, to] = [timeOf(request.from ?? 0), timeOf(request.to ?? '2200-01-01T00:00:00Z')];
    const faults: Fault[] = [];
    if (from === null) faults.push({ path: 'from', message: `"${request.from}" is not an ISO 8601 time` });
    if (to === null) faults.push({ path: 'to', message: `"${request.to}" is not an ISO 8601 time` });
    if (from === null || to === null) throw invalidRequest(faults);
    const vectors = this.#clickhouse.qualified('feature_vectors');
    const outcomes = this.#clickhouse.qualified('outcomes');
    const sql = `SELECT source_event_id, event_time, entities, numbers, strings, source_partition, source_offset${request.labels ? ', label' : ''}
      FROM (SELECT * FROM ${vectors} FINAL WHERE feature_service = {service:String} AND feature_service_version = {version:UInt32}
            AND event_time >= fromUnixTimestamp64Milli({from:Int64}) AND event_time < fromUnixTimestamp64Milli({to:Int64})) AS v
      ${request.labels ? `INNER JOIN (SELECT source_event_id AS outcome_of, argMax(label, observed_at) AS label FROM ${outcomes} FINAL WHERE source = {source:String} GROUP BY source_event_id) AS o ON v.source_event_id = o.outcome_of` : ''}
      ORDER BY event_time, source_partition, source_offset`;
    const parameters = { service: plan.name, version: plan.version, from, to, source: plan.source.name };
    const served = this.#clickhouse.stream<RangeRow>(sql, parameters);
    if (request.mode === 'as-served') return servedRange(plan, served);
    return this.#computedRange(service, served, request.mode);
  }

  async *#computedRange(
    service: PlannedService,
    served: AsyncGenerator<RangeRow[]>,
    mode: 'as-known' | 'hindsight',
  ): AsyncGenerator<FeatureRow> {
    let rows: SpineRow[] = [];
    for await (const page of served) {
      for (const { source_event_id, event_time, entities, label } of page) {
        rows.push({
          ...entities,
          eventId: source_event_id ?? undefined,
          time: event_time,
          ...(label !== undefined && { label }),
        });
      }
      if (rows.length >= 50_000) {
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
      const value = (type === 'string' ? row?.strings : row?.numbers)?.[slot] ?? null;
      return [name, type === 'boolean' && value !== null ? value !== 0 : value];
    }),
  );
}

function spineRow({ views, plan }: PlannedService, given: SpineRow, index: number): object {
  const row = plan.source.complete(given);
  const entities = Object.fromEntries(
    views.map(({ log, keyColumn }) => [log.view.entity.name, textOf(row[keyColumn] ?? row[log.view.entity.name])]),
  );
  const columns = Object.fromEntries(plan.requestColumns.map((name) => [name, row[name] ?? null]));
  return {
    row: index,
    time: new Date(timeOf(row.time ?? 0) ?? 0).toISOString(),
    entities,
    event_id: row.eventId ?? null,
    ...columns,
  };
}

/** Rows that name their own event get its place in the log. */
function ownPositions(clickhouse: ClickHouse, { plan }: PlannedService, spine: string): string {
  const { definition } = plan.source;
  const source = clickhouse.qualified(`source_${plan.source.name}`);
  const own = `SELECT _id, min(_partition) AS own_partition, min(_offset) AS own_offset, toUInt8(1) AS found FROM ${source} WHERE _topic = ${stringLiteral(definition.topic)} AND _id IN (SELECT event_id FROM ${spine} WHERE event_id IS NOT NULL) GROUP BY _id`;
  return `(SELECT given.* EXCEPT (event_id), if(own.found = 1, toNullable(own.own_partition), NULL) AS own_partition, if(own.found = 1, toNullable(own.own_offset), NULL) AS own_offset FROM ${spine} AS given LEFT JOIN (${own}) AS own ON given.event_id = own._id)`;
}

function checkSpine({ views, plan }: PlannedService, spine: readonly SpineRow[], mode: TrainingMode): void {
  const faults: Fault[] = [];
  spine.forEach((given, i) => {
    const row = plan.source.complete(given);
    if (faults.length >= 100) return;
    if (mode === 'as-served') {
      if (row.eventId === undefined)
        faults.push({ path: `spine[${i}].eventId`, message: 'is missing: as-served looks vectors up by event id' });
      return;
    }
    if (timeOf(row.time ?? '') === null)
      faults.push({ path: `spine[${i}].time`, message: `${JSON.stringify(row.time)} is not an ISO 8601 time` });
    for (const { log, keyColumn } of views) {
      const key = row[keyColumn] ?? row[log.view.entity.name];
      if (key === undefined || key === null)
        faults.push({
          path: `spine[${i}].${keyColumn}`,
          message: `is missing: it is the key of feature view ${log.view.id}`,
        });
    }
  });
  if (faults.length > 0) throw invalidRequest(faults);
  if (spine.length === 0)
    throw new CodedError('REQUEST_INVALID', 'spine: has no rows', {
      faults: [{ path: 'spine', message: 'has no rows' }],
    });
}

function timeOf(value: string | number): number | null {
  const timeMs = typeof value === 'number' ? value : Date.parse(value);
  return Number.isFinite(timeMs) ? timeMs : null;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : String(value);
}
