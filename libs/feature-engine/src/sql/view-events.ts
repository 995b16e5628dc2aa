import { printExpression, sqlName, sqlText } from '../expressions/print-expression.ts';
import type { ExpressionType } from '../expressions/expression.ts';
import type { ServiceView } from '../plans/service-plan.ts';
import type { ViewInput } from '../plans/view-inputs.ts';
import type { ViewPlan } from '../plans/view-plan.ts';
import { judgedReachMs, judgedRowsSql } from './judged-rows.ts';
import { sourceReference } from './source-columns.ts';
import { retractionLane } from '../windows/origin.ts';
import {
  acceptedCondition,
  generationOf,
  laneOf,
  sourceRow,
  spineColumns,
  startCondition,
  tableName,
  type VectorQuery,
} from './sql-tables.ts';

/** Names of the columns that `viewEventsSql` yields for the inputs of a view. */
export function inputColumn(column: number): string {
  return `e_input_${column}`;
}

/**
 * Whether a row counts, beyond the cut, what the partition of its own event had sent to the view's log: so the stream does
 * with a view that is fed by the triggering events and keyed otherwise.
 */
export function seesOwnPartition({ service, knowledge, knownBy }: VectorQuery, view: number): boolean {
  const { plan, readsTrigger } = service.views[view] as ServiceView;
  return knowledge === 'as-known' && knownBy === 'cuts' && plan.log === 'rekeyed' && readsTrigger;
}

/**
 * The events of one view's log that can matter to the rows of `spine`, once each, with `e_accepted`: whether the state took
 * the event or refused it as too late. Events before the earliest window change nothing in that judgement or in the
 * running maximum of the log, so they are never read.
 */
export function viewEventsSql(query: VectorQuery, view: number): string {
  const { plan } = query.service.views[view] as ServiceView;
  const ofSpine = `IN (SELECT ${spineColumns(view).key} FROM spine)`;
  const rowsOf = plan.log === 'source' ? sourceRows : rekeyedRows;
  if (plan.source.changes !== null)
    return versionsSql(query, rowsOf(query, view, byTime(query) ? null : ofSpine), ofSpine);
  if (query.knowledge === 'hindsight' || seesOwnPartition(query, view))
    return `SELECT *, toUInt8(1) AS e_accepted FROM (${rowsOf(query, view, ofSpine)})`;
  const counted = 'if(e_refused = 1, 0, e_time)';
  const newest = `max(${counted}) OVER (PARTITION BY e_entity ORDER BY e_pos ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)`;
  const accepted = `e_refused = 0 AND e_time >= ${newest} - ${plan.allowedLatenessMs} AS e_accepted`;
  if (!byTime(query)) return `SELECT *, ${accepted} FROM (${rowsOf(query, view, ofSpine)})`;
  const log = `SELECT *, ${logTimeSql(counted)} FROM (${rowsOf(query, view, null)})`;
  return `SELECT *, ${accepted} FROM (${log}) WHERE e_entity ${ofSpine}`;
}

function byTime({ knowledge, knownBy }: VectorQuery): boolean {
  return knowledge === 'as-known' && knownBy === 'time';
}

/** The latest event time that the log had seen when the event came: known at t is what came before anything newer than t. */
function logTimeSql(counted: string): string {
  return `max(${counted}) OVER (PARTITION BY e_partition ORDER BY e_pos ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS e_log_time`;
}

/**
 * The events of a log that later records correct, each with where and when it ended: at the next record of what it is a
 * version of. None is too late, as the state refuses none.
 */
function versionsSql(query: VectorQuery, rows: string, ofSpine: string): string {
  const log = byTime(query) ? `(SELECT *, ${logTimeSql('if(e_ends = 1, 0, e_time)')} FROM (${rows}))` : `(${rows})`;
  const next = 'OVER (PARTITION BY e_partition, e_version_of ORDER BY e_pos ROWS BETWEEN 1 FOLLOWING AND 1 FOLLOWING)';
  const columns = [
    `minOrNull(e_pos) ${next} AS e_end_pos`,
    `minOrNull(e_source_offset) ${next} AS e_end_offset`,
    ...(byTime(query) ? [`minOrNull(e_log_time) ${next} AS e_end_time`] : []),
  ];
  return `SELECT *, toUInt8(1) AS e_accepted FROM (SELECT *, ${columns.join(', ')} FROM ${log} WHERE e_entity ${ofSpine}) WHERE e_ends = 0`;
}

/** A condition that leaves out what lies before every window, in a form that an index over the column can use. Lifetimes have none. */
function reachedSql(column: string, reachMs: number): string {
  if (reachMs === Number.POSITIVE_INFINITY) return '';
  return `${column} > fromUnixTimestamp64Milli(greatest((SELECT min(t) FROM spine) - ${reachMs}, -1), 'UTC')`;
}

function sourceRows(query: VectorQuery, view: number, ofSpine: string | null): string {
  const { plan, readsTrigger } = query.service.views[view] as ServiceView;
  const { definition, columns } = plan.source;
  const time = 'toUnixTimestamp64Milli(_event_time)';
  const where = [
    `_topic = ${sqlText(definition.topic)}`,
    `_generation = ${generationOf(query.tables, definition.name)}`,
    // What ends a version may have any time.
    plan.source.changes === null ? reachedSql('_event_time', plan.spanMs + judgedReachMs(plan, query.tables)) : '',
    ofSpine === null ? '' : `_entity ${ofSpine}`,
    startCondition(plan, query.tables, '_partition', '_offset'),
    acceptedCondition(plan.source, query.tables),
  ];
  const selected = [
    '_entity AS e_entity',
    `${time} AS e_time`,
    'toInt64(_partition) AS e_partition',
    'toInt64(_offset) AS e_pos',
    `${readsTrigger ? 'toInt64(_partition)' : 'toInt64(-1)'} AS e_source_partition`,
    'toInt64(_offset) AS e_source_offset',
    ...(query.origins === 'given' ? [`ifNull(_id, ${placeSql('_topic', '_partition', '_offset')}) AS e_origin`] : []),
    'refused$ AS e_refused',
    ...(definition.availableAt === undefined ? [] : ['toUnixTimestamp64Milli(_available_at) AS e_available']),
    ...versionColumns(plan, {
      ends: '_deleted = 1',
      of: (plan.source.changes?.keyColumns ?? []).map((column) => `toString(${sourceRow}.${sqlName(column)})`),
    }),
    ...plan.inputColumns.map((input, column) => `${inputSql(input, columns)} AS ${inputColumn(column)}`),
  ];
  return `SELECT ${selected.join(', ')} FROM ${judgedRowsSql(plan, query.tables, where)} AS ${sourceRow}`;
}

function rekeyedRows(query: VectorQuery, view: number, ofSpine: string | null): string {
  const { plan, readsTrigger } = query.service.views[view] as ServiceView;
  const { definition } = plan.source;
  const time = 'toUnixTimestamp64Milli(event_time)';
  const generation = generationOf(query.tables, definition.name);
  const lane = laneOf(query.tables, plan.id);
  const where = [
    plan.source.changes === null
      ? `view = ${sqlText(lane)}`
      : `view IN (${sqlText(lane)}, ${sqlText(retractionLane(lane))})`,
    reachedSql('event_time', plan.spanMs),
    ofSpine === null ? '' : `entity ${ofSpine}`,
    startCondition(plan, query.tables, '`partition`', '`offset`'),
  ].filter((part) => part !== '');
  const ofTrigger = `${readsTrigger ? '' : 'false AND '}source_topic = ${sqlText(definition.topic)} AND generation = ${generation}`;
  const selected = [
    'entity AS e_entity',
    `${time} AS e_time`,
    'toInt64(`partition`) AS e_partition',
    'toInt64(`offset`) AS e_pos',
    `if(${ofTrigger}, toInt64(source_partition), toInt64(-1)) AS e_source_partition`,
    'toInt64(source_offset) AS e_source_offset',
    ...(query.origins === 'given'
      ? [`${placeSql('source_topic', 'source_partition', 'source_offset')} AS e_origin`]
      : []),
    // Only what was accepted is sent there.
    'toUInt8(0) AS e_refused',
    ...(definition.availableAt === undefined ? [] : ['toUnixTimestamp64Milli(available_at) AS e_available']),
    ...versionColumns(plan, {
      ends: 'retracts IS NOT NULL',
      of: ['toString(source_partition)', 'toString(ifNull(retracts, source_offset))'],
    }),
    ...plan.inputColumns.map((input, column) => `${storedInput(plan, input, column)} AS ${inputColumn(column)}`),
  ];
  const table = tableName(query.tables.database, 'rekeyed_events');
  // The first record of an identity in the log counts, as for every reader of it.
  const identity = 'view, source_topic, generation, source_partition, source_offset';
  return `SELECT ${selected.join(', ')} FROM (SELECT * FROM ${table} WHERE ${where.join(' AND ')} ORDER BY \`offset\` LIMIT 1 BY ${identity})`;
}

/** Whether a record of a log with corrections is none but an end, and what it is a version of. */
function versionColumns({ source }: ViewPlan, { ends, of }: { ends: string; of: readonly string[] }): string[] {
  return source.changes === null ? [] : [`toUInt8(${ends}) AS e_ends`, `[${of.join(', ')}] AS e_version_of`];
}

function placeSql(...parts: readonly string[]): string {
  return `concat(${parts.map((part) => `toString(${part})`).join(", '/', ")})`;
}

function storedInput(plan: ViewPlan, input: ViewInput, column: number): string {
  if (input.kind === 'string') return `strings[${column - plan.layout.numberColumns + 1}]`;
  return `if(isNaN(numbers[${column + 1}]), NULL, numbers[${column + 1}])`;
}

/**
 * Evaluates an input from the source's own columns, independently of what the stream made of them. They are read through
 * the table's alias: a column may be called what a column of the query is called.
 */
function inputSql(input: ViewInput, columns: Parameters<typeof sourceReference>[0]): string {
  const reference = sourceReference(columns, (name) => `${sourceRow}.${sqlName(name)}`);
  const value =
    input.input === undefined
      ? 'toFloat64(1)'
      : printExpression(input.input, input.inputType as ExpressionType, reference);
  const typed = input.kind === 'string' ? value : `toFloat64(${value})`;
  if (input.filter === undefined) return typed;
  return `if(${printExpression(input.filter, 'boolean', reference)}, ${typed}, NULL)`;
}
