import { printLiteral, sqlText } from '../expressions/print-expression.ts';
import type { WindowSql } from '../aggregations/aggregation.ts';
import { isText } from '../plans/feature-type.ts';
import type { ServiceView } from '../plans/service-plan.ts';
import type { ViewPlan } from '../plans/view-plan.ts';
import type { ViewFeature } from '../plans/view-feature.ts';
import { sessionsSql } from '../ranges/session.ts';
import { inputColumn, seesOwnPartition, viewEventsSql } from './view-events.ts';
import { generationOf, laneOf, spineColumns, tableName, type VectorQuery } from './sql-tables.ts';

/** The column of a windowed feature. */
export function windowedColumn(view: number, feature: number): string {
  return `f_${view}_${feature}`;
}

/** One row for every row of `spine` that has events in reach of this view: its windowed features, null where missing. */
export function viewAggregatesSql(query: VectorQuery, view: number): string {
  const { plan } = query.service.views[view] as ServiceView;
  const { events, windowOf } = judgedEvents(query, view);
  const features = plan.windowed.map(
    (feature, index) =>
      `if(countIf(w_late) > 0, NULL, ${aggregateSql(plan, feature, windowOf(feature))}) AS ${windowedColumn(view, index)}`,
  );
  return `SELECT row, toUInt8(1) AS present_${view}, toUInt8(countIf(w_late) > 0) AS late_${view}, ${features.join(', ')} FROM (${events}) GROUP BY row`;
}

interface JudgedEvents {
  /** SELECT of every known event in reach, with a column for each distinct window that says whether it lies in it. */
  readonly events: string;
  /** The column of a feature's window. */
  readonly windowOf: (feature: ViewFeature) => string;
}

/**
 * Each distinct window is judged once and under a short name, else the text of a wide view would outgrow what the server
 * parses.
 */
export function judgedEvents(query: VectorQuery, view: number): JudgedEvents {
  const { plan } = query.service.views[view] as ServiceView;
  const windows = [...new Set(plan.windowed.map((feature) => inWindowSql(feature, view)))];
  const joined = joinedEvents(query, view);
  const gapsMs = [...new Set(plan.windowed.flatMap(({ range: { gapMs } }) => (gapMs === undefined ? [] : [gapMs])))];
  const { own } = spineColumns(view);
  const columns = [
    'row',
    't',
    'e_time',
    'e_pos',
    ...(query.origins === 'given' ? ['e_origin'] : []),
    ...plan.inputColumns.map((_, column) => inputColumn(column)),
    `${isOwnSql} AS w_own`,
    ...windows.map((inWindow, index) => `(${inWindow}) AS w_${index}`),
    `${query.knowledge === 'hindsight' ? '0' : `e_time > t + ${plan.allowedLatenessMs}`} AS w_late`,
  ];
  return {
    events: `SELECT ${columns.join(', ')} FROM ${gapsMs.length === 0 ? joined : sessionsSql(joined, gapsMs, own)}`,
    windowOf: (feature) => `w_${windows.indexOf(inWindowSql(feature, view))}`,
  };
}

/** Every row of the spine with every event that it knew and that its longest window reaches: a lifetime, all of them. */
function joinedEvents(query: VectorQuery, view: number): string {
  const { plan } = query.service.views[view] as ServiceView;
  const { key } = spineColumns(view);
  const reached = plan.spanMs === Number.POSITIVE_INFINITY ? '' : `e_time > t - ${plan.spanMs} AND `;
  const where = `${reached}${knownSql(query, view)}`;
  const joined = `${leftSql(query, view)} INNER JOIN (${viewEventsSql(query, view)}) AS events_${view} ON ${key} = e_entity WHERE ${where}`;
  const known = seesOwnPartition(query, view) && plan.source.changes === null ? acceptedSql(plan, joined) : joined;
  const counts = [endedSql(query, view), notYetSql(query, view)].flatMap((sql) => (sql === null ? [] : [`NOT ${sql}`]));
  if (counts.length === 0) return known;
  // What does not count has been in the log all the same, and tells that a row asks too late.
  const late = query.knowledge === 'hindsight' ? 'false' : `e_time > t + ${plan.allowedLatenessMs}`;
  return `(SELECT * FROM (SELECT * FROM ${known}) WHERE ${late} OR (${counts.join(' AND ')}))`;
}

/** What came too late is judged among the events that the row knew, in their order: others lie between them in the log. */
function acceptedSql({ allowedLatenessMs }: ViewPlan, joined: string): string {
  const newest = 'max(e_time) OVER (PARTITION BY row ORDER BY e_pos ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)';
  return `(SELECT * FROM (SELECT *, ${newest} AS e_newest FROM ${joined}) WHERE ${isOwnSql} OR e_time >= e_newest - ${allowedLatenessMs})`;
}

/** The spine, with the place of each row's own event in this view's log. */
function leftSql({ service, tables, ownPositions }: VectorQuery, view: number): string {
  const { plan, readsTrigger } = service.views[view] as ServiceView;
  if (ownPositions === 'in-spine' || plan.log === 'source' || !readsTrigger) return 'spine';
  const { key, own } = spineColumns(view);
  const where = [
    `view = ${sqlText(laneOf(tables, plan.id))}`,
    `entity IN (SELECT ${key} FROM spine)`,
    `source_topic = ${sqlText(service.source.definition.topic)}`,
    `generation = ${generationOf(tables, service.source.name)}`,
  ];
  const positions = `SELECT toInt64(source_partition) AS p, toInt64(source_offset) AS o, min(toInt64(\`offset\`)) AS position, toUInt8(1) AS found FROM ${tableName(tables.database, 'rekeyed_events')} WHERE ${where.join(' AND ')} GROUP BY p, o`;
  return `(SELECT row, t, own_partition, own_offset, ${key}, if(found = 1, position, toInt64(-1)) AS ${own} FROM spine LEFT JOIN (${positions}) AS positions ON own_partition = p AND own_offset = o) AS located`;
}

const isOwnSql = '(e_source_partition >= 0 AND e_source_partition = own_partition AND e_source_offset = own_offset)';

/** What the partition of the own event had sent to the view's log before it. */
const sentBeforeSql =
  '(e_source_partition >= 0 AND e_source_partition = own_partition AND e_source_offset < own_offset)';

/** Whether the row knew that an event had been taken back; null where none ever is. */
function endedSql(query: VectorQuery, view: number): string | null {
  const { plan } = query.service.views[view] as ServiceView;
  if (plan.source.changes === null) return null;
  if (query.knowledge === 'hindsight') return '(e_end_pos IS NOT NULL)';
  const { cut, own } = spineColumns(view);
  const ended = (condition: string) => `ifNull(${condition}, false)`;
  if (seesOwnPartition(query, view)) {
    const sent = 'e_source_partition >= 0 AND e_source_partition = own_partition AND e_end_offset <= own_offset';
    return ended(`e_end_pos <= ${cut} OR (${sent} AND e_end_pos <= ${own})`);
  }
  if (query.knownBy === 'cuts') return ended(`e_end_pos <= ${cut}`);
  return ended(`if(${own} >= 0, e_end_pos <= ${own}, e_end_time <= t)`);
}

/** Whether an event was not known yet; null where events are known when they happen, or nobody asks what was known. */
function notYetSql({ service, knowledge }: VectorQuery, view: number): string | null {
  const { plan } = service.views[view] as ServiceView;
  if (plan.source.definition.availableAt === undefined || knowledge === 'hindsight') return null;
  return 'ifNull(e_available > t, false)';
}

function knownSql(query: VectorQuery, view: number): string {
  if (query.knowledge === 'hindsight') return 'e_time <= t';
  const { cut, own } = spineColumns(view);
  if (seesOwnPartition(query, view))
    return `(e_pos <= ${cut} OR ${isOwnSql} OR (${sentBeforeSql} AND e_pos <= ${own}))`;
  // The own event counts as if it had been appended, also where the cut does not reach it yet.
  if (query.knownBy === 'cuts') return `(${isOwnSql} OR (e_accepted AND e_pos <= ${cut}))`;
  return `(${isOwnSql} OR (e_accepted AND if(${own} >= 0, e_pos <= ${own}, e_log_time <= t)))`;
}

/** Whether an event lies in a feature's window. */
function inWindowSql({ range }: ViewFeature, view: number): string {
  return range.sql({ own: spineColumns(view).own, isOwn: isOwnSql });
}

/** Whether an event counts for a feature: it lies in its window, passes its filter and has a value. */
export function countsSql(feature: ViewFeature, inWindow: string): string {
  return feature.column === -1 ? inWindow : `${inWindow} AND isNotNull(${inputColumn(feature.column)})`;
}

function aggregateSql({ inputColumns }: ViewPlan, feature: ViewFeature, inWindow: string): string {
  const holds = countsSql(feature, inWindow);
  const count = `countIf(${holds})`;
  const window: WindowSql = {
    value: feature.column === -1 ? 'toFloat64(1)' : inputColumn(feature.column),
    valueType: inputColumns[feature.column]?.kind ?? 'number',
    holds,
    count,
    time: 'e_time',
    position: 'e_pos',
    at: 't',
    isOwn: 'w_own = 1',
  };
  const value = feature.kind.sql(window, feature.definition, feature.type);
  return `if(${count} = 0, ${emptySql(feature)}, ${value})`;
}

/** The value of a window without values. */
export function emptySql({ empty, type }: ViewFeature): string {
  return `CAST(${printLiteral(empty)}, '${isText(type) ? 'Nullable(String)' : 'Nullable(Float64)'}')`;
}
