import { sqlName, sqlText } from '../expressions/print-expression.ts';
import type { ServicePlan } from '../plans/service-plan.ts';
import { triggerSql } from './recompute-vectors.ts';
import {
  givenColumn,
  requestColumn,
  rowNumber,
  spineColumns,
  type Knowledge,
  type LogTables,
  type VectorQuery,
} from './sql-tables.ts';
import { vectorSql, type VectorShape } from './vector-sql.ts';

export interface TrainingSet {
  readonly tables: LogTables;
  /**
   * `as-known` at a time t: the events that lie in the entity's log before the first one newer than t, that is, what had come
   * when the log passed t; where the row names its own event, what had come up to that event. `hindsight`: all events there
   * are now. Both count the events of windows that end at t, that time included.
   */
  readonly knowledge: Knowledge;
  /**
   * A table or `(SELECT ...)` that gives the same rows whenever it is read: `row` UInt64 (unique; the order of the result),
   * `time` DateTime64(3, 'UTC'), `entities` Map(String, String) from entity name to key.
   */
  readonly spine: string;
  /** Whether the spine also has `own_partition` and `own_offset` (nullable): the position of each row's own event in the trigger's log. */
  readonly own?: 'given' | 'none';
  /**
   * Columns of the trigger that the spine gives too, each under `givenColumn(name)` and typed as in the source's table: they
   * stand for the trigger's own where a row has no own event.
   */
  readonly columns?: readonly string[];
  readonly shape?: VectorShape;
}

/** SQL that gives one row of features for every row of a spine, in its order, with its `row` (`_row` in shape `named`). */
export function trainingSetSql(service: ServicePlan, training: TrainingSet): string {
  const { tables, knowledge, own = 'none', shape = 'named' } = training;
  const ownPositions = own === 'given' ? 'looked-up' : 'in-spine';
  const query: VectorQuery = { service, tables, knowledge, knownBy: 'time', ownPositions };
  return vectorSql({
    query,
    spine: spineSql(service, training),
    trigger: requestSql(service, training),
    shape,
    keep: ['row'],
  });
}

function spineSql(service: ServicePlan, { spine, own = 'none' }: TrainingSet): string {
  const position = (column: string) =>
    own === 'given' ? `ifNull(toInt64(given.${column}), toInt64(-1))` : 'toInt64(-1)';
  const columns = [
    'given.row AS row',
    'toUnixTimestamp64Milli(given.time) AS t',
    `${position('own_partition')} AS own_partition`,
    `${position('own_offset')} AS own_offset`,
  ];
  service.views.forEach(({ plan, readsTrigger }, view) => {
    const { key, cut, own: ownPosition } = spineColumns(view);
    columns.push(`given.entities[${sqlText(plan.entity.name)}] AS ${key}`, `toInt64(-1) AS ${cut}`);
    const inOwnLog = readsTrigger && plan.log === 'source' ? position('own_offset') : 'toInt64(-1)';
    columns.push(`${inOwnLog} AS ${ownPosition}`);
  });
  return `SELECT ${columns.join(', ')} FROM ${spine} AS given`;
}

function requestSql(service: ServicePlan, { tables, spine, own = 'none', columns = [] }: TrainingSet): string | null {
  const needed = service.requestColumns;
  if (needed.length === 0) return null;
  const ofOwn = own === 'given' ? triggerSql(service, tables, 'spine') : null;
  const given = needed.map((name) => (columns.includes(name) ? `given.${sqlName(givenColumn(name))}` : 'NULL'));
  if (ofOwn === null) {
    return `SELECT given.row AS ${rowNumber}, ${given.map((sql, index) => `${sql} AS ${requestColumn(index)}`).join(', ')} FROM ${spine} AS given`;
  }
  const either = given.map(
    (sql, index) => `if(of_own.found = 1, of_own.${requestColumn(index)}, ${sql}) AS ${requestColumn(index)}`,
  );
  return `SELECT given.row AS ${rowNumber}, ${either.join(', ')} FROM ${spine} AS given LEFT JOIN (SELECT *, toUInt8(1) AS found FROM (${ofOwn})) AS of_own ON given.row = of_own.${rowNumber}`;
}
