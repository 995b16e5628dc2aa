import { sqlName, sqlText } from '../expressions/print-expression.ts';
import type { ServicePlan } from '../plans/service-plan.ts';
import {
  generationOf,
  requestColumn,
  rowNumber,
  sourceRow,
  sourceTable,
  spineColumns,
  tableName,
  type Knowledge,
  type LogTables,
  type VectorQuery,
} from './sql-tables.ts';
import { vectorSql, type VectorShape } from './vector-sql.ts';

export interface RecomputeVectors {
  readonly tables: LogTables;
  /** `as-known`: at each vector's own cuts, which must equal what was served. `hindsight`: with every event there is now. */
  readonly knowledge: Knowledge;
  /** Which vectors of `feature_vectors`: an SQL condition over its columns; it must give the same rows whenever it is asked. */
  readonly where: string;
  readonly shape?: VectorShape;
}

/** Columns that lead each recomputed row: with the service and generation they name the vector. */
const identity = ['row', 'source_partition', 'source_offset'] as const;

/** SQL that computes stored vectors again from the logs: `row, source_partition, source_offset` (with `_` before each in shape `named`) and the features. */
export function recomputeVectorsSql(
  service: ServicePlan,
  { tables, knowledge, where, shape = 'arrays' }: RecomputeVectors,
): string {
  const query: VectorQuery = { service, tables, knowledge, knownBy: 'cuts', ownPositions: 'in-spine' };
  return vectorSql({
    query,
    spine: vectorSpine(service, tables, where),
    trigger: triggerSql(service, tables, 'spine'),
    shape,
    keep: identity,
  });
}

/** The vectors to be recomputed, as the spine of a query. */
export function vectorSpine(service: ServicePlan, tables: LogTables, where: string): string {
  const conditions = [
    `feature_service = ${sqlText(service.name)}`,
    `feature_service_version = ${service.version}`,
    `source_topic = ${sqlText(service.source.definition.topic)}`,
    `generation = ${generationOf(tables, service.source.name)}`,
    `(${where})`,
  ];
  const views = service.views.flatMap(({ plan, readsTrigger }, view) => {
    const { key, cut, own } = spineColumns(view);
    return [
      `entities[${sqlText(plan.entity.name)}] AS ${key}`,
      `tupleElement(cuts[${view + 1}], 2) AS ${cut}`,
      `${readsTrigger ? `tupleElement(cuts[${view + 1}], 3)` : 'toInt64(-1)'} AS ${own}`,
    ];
  });
  const columns = [
    // Partition and offset in one number; offsets stay far below 2^44.
    'toUInt64(source_partition) * 17592186044416 + source_offset AS row',
    'source_partition',
    'source_offset',
    'toUnixTimestamp64Milli(event_time) AS t',
    'toInt64(source_partition) AS own_partition',
    'toInt64(source_offset) AS own_offset',
    ...views,
  ];
  const table = tableName(tables.database, 'feature_vectors');
  return `SELECT ${columns.join(', ')} FROM ${table} WHERE ${conditions.join(' AND ')} LIMIT 1 BY source_partition, source_offset`;
}

/** The own events' columns that pass-through features read, by their place among `requestColumns`. */
export function triggerSql(service: ServicePlan, tables: LogTables, spine: string): string | null {
  if (service.requestColumns.length === 0) return null;
  const { name, definition } = service.source;
  const columns = service.requestColumns.map((_, index) => requestColumn(index));
  const where = [
    `_topic = ${sqlText(definition.topic)}`,
    `_generation = ${generationOf(tables, name)}`,
    `(_partition, _offset) IN (SELECT toUInt32(own_partition), toUInt64(own_offset) FROM ${spine} WHERE own_offset >= 0)`,
  ];
  const read = service.requestColumns.map(
    (column, index) => `${sourceRow}.${sqlName(column)} AS ${requestColumn(index)}`,
  );
  const rows = `SELECT _partition, _offset, ${read.join(', ')} FROM ${sourceTable(tables.database, name)} AS ${sourceRow} WHERE ${where.join(' AND ')} LIMIT 1 BY _partition, _offset`;
  return `SELECT row AS ${rowNumber}, ${columns.join(', ')} FROM ${spine} INNER JOIN (${rows}) AS trigger_rows ON own_partition = toInt64(_partition) AND own_offset = toInt64(_offset)`;
}
