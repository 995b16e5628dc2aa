import { identifier, stringLiteral, type ClickHouse } from '@millrace/clickhouse';
import { givenColumn, isInvalid, readEventTime, RowReader, sourceColumnType, type Row } from '@millrace/feature-engine';
import { CodedError, type Fault } from '@millrace/service-kit';
import { invalidRequest } from '../errors.ts';
import type { PlannedService } from './source-blueprint.ts';

export interface SpineRow {
  /** ISO 8601, in UTC where it names no zone, or milliseconds. */
  readonly time?: string | number | undefined;
  /** The source's `id` of the row's own event; null where the source declares none. */
  readonly eventId?: string | null | undefined;
  /** Labels, keys, columns that pass-through features read: given back as they are. */
  readonly [column: string]: unknown;
}

/** A row whose own event is known by its place in the log, where it was found there and not named by a caller. */
export interface PlacedSpineRow {
  readonly given: SpineRow;
  readonly place?: { readonly partition: number; readonly offset: number };
}

const mostFaults = 100;

/** Everything in a caller's rows that the query would choke on, before the first row is given back. */
export function checkSpine(service: PlannedService, spine: readonly SpineRow[], mode: 'by-event' | 'by-time'): void {
  const faults: Fault[] = spine.length === 0 ? [{ path: 'spine', message: 'has no rows' }] : [];
  for (const [i, given] of spine.entries()) {
    if (faults.length >= mostFaults) break;
    const found = mode === 'by-event' ? eventFaults(given) : rowFaults(service, given);
    faults.push(...found.map(({ path, message }) => ({ path: `spine[${i}].${path}`, message })));
  }
  if (faults.length > 0) throw invalidRequest(faults);
}

function eventFaults({ eventId }: SpineRow): Fault[] {
  return eventId === undefined
    ? [{ path: 'eventId', message: 'is missing: as-served looks vectors up by event id' }]
    : [];
}

function rowFaults({ views, plan }: PlannedService, given: SpineRow): Fault[] {
  const faults: Fault[] = [];
  const row = plan.source.complete(given);
  const timeMs = spineTime(row.time);
  if (typeof timeMs !== 'number') faults.push({ path: 'time', message: timeMs.message });
  for (const { log, keyColumn } of views) {
    const key = row[keyColumn] ?? row[log.view.entity.name];
    if (key === undefined || key === null)
      faults.push({ path: keyColumn, message: `is missing: it is the key of feature view ${log.view.id}` });
  }
  for (const name of plan.requestColumns) {
    const read = readRequestColumns([name], { plan, row });
    if (isInvalid(read)) faults.push({ path: name, message: read.message });
  }
  return faults;
}

/** By the rules for event times of sources: a time means the same wherever it is written. */
export function spineTime(time: string | number | undefined): ReturnType<typeof readEventTime> {
  return readEventTime(time, typeof time === 'string' ? 'iso8601' : 'ms', 'time');
}

function readRequestColumns(
  names: readonly string[],
  { plan, row }: { readonly plan: PlannedService['plan']; readonly row: Row },
): ReturnType<RowReader['read']> {
  return new RowReader(names.map((name) => ({ name, type: plan.source.columns[name] ?? 'string' }))).read(row);
}

/** The table that the rows of a training set lie in while it is built. */
export function spineTableSql({ plan }: PlannedService, table: string): string {
  const columns = [
    'row UInt64',
    "time DateTime64(3, 'UTC')",
    'entities Map(String, String)',
    'event_id Nullable(String)',
    'own_partition Nullable(UInt32)',
    'own_offset Nullable(UInt64)',
    ...plan.requestColumns.map(
      (name) => `${identifier(givenColumn(name))} ${sourceColumnType(plan.source.columns[name] ?? 'string')}`,
    ),
  ];
  return `CREATE TABLE ${table} (${columns.join(', ')}) ENGINE = MergeTree ORDER BY row COMMENT 'Rows of a training set while it is being built'`;
}

/** A row of that table; the given one has been checked. */
export function spineTableRow(
  { views, plan }: PlannedService,
  { given, place }: PlacedSpineRow,
  index: number,
): object {
  const row = plan.source.complete(given);
  const timeMs = spineTime(row.time);
  if (typeof timeMs !== 'number') throw new CodedError('REQUEST_INVALID', `spine[${index}].time: ${timeMs.message}`);
  const entities = Object.fromEntries(
    views.map(({ log, keyColumn }) => [log.view.entity.name, String(row[keyColumn] ?? row[log.view.entity.name])]),
  );
  const read = readRequestColumns(plan.requestColumns, { plan, row });
  const values = isInvalid(read) ? [] : read;
  return {
    row: index,
    time: new Date(timeMs).toISOString(),
    entities,
    event_id: row.eventId ?? null,
    own_partition: place?.partition ?? null,
    own_offset: place?.offset ?? null,
    ...Object.fromEntries(plan.requestColumns.map((name, i) => [givenColumn(name), values[i] ?? null])),
  };
}

/** The table with the place of each row's own event: as it was found, or where the log first has the event's id. */
export function ownPositionsSql(
  { plan }: PlannedService,
  { clickhouse, spine, generation }: { clickhouse: Pick<ClickHouse, 'qualified'>; spine: string; generation: number },
): string {
  const source = clickhouse.qualified(`source_${plan.source.name}`);
  const where = [
    `_topic = ${stringLiteral(plan.source.definition.topic)}`,
    `_generation = ${generation}`,
    `_id IN (SELECT event_id FROM ${spine} WHERE event_id IS NOT NULL)`,
  ];
  const first = 'argMin((_partition, _offset), (_timestamp, _partition, _offset))';
  const named = `SELECT _id, ${first} AS place, toUInt8(1) AS found FROM ${source} WHERE ${where.join(' AND ')} GROUP BY _id`;
  const either = (column: string, element: number): string =>
    `multiIf(given.${column} IS NOT NULL, given.${column}, named.found = 1, toNullable(named.place.${element}), NULL) AS ${column}`;
  return `(SELECT given.* EXCEPT (event_id, own_partition, own_offset), ${either('own_partition', 1)}, ${either('own_offset', 2)} FROM ${spine} AS given LEFT JOIN (${named}) AS named ON given.event_id = named._id)`;
}
