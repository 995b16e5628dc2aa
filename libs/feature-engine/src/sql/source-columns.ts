import type { ColumnType } from '../definitions/definition.ts';
import type { ReferenceSql } from '../expressions/print-expression.ts';

/** The ClickHouse type of a declared column in a source's table; timestamps are milliseconds. */
export function sourceColumnType(type: ColumnType): string {
  if (type === 'double') return 'Nullable(Float64)';
  if (type === 'boolean') return 'Nullable(Bool)';
  return type === 'string' ? 'Nullable(String)' : 'Nullable(Int64)';
}

/**
 * How expressions read a row of a source: every number as a double, as the engine reads it. `columnSql` says where a column
 * is found; the event time is asked for only where rows of the source's own table are read.
 */
export function sourceReference(
  columns: Readonly<Record<string, ColumnType>>,
  columnSql: (name: string) => string,
): ReferenceSql {
  return (reference) => {
    if (reference.op === 'event-time') return `toFloat64(toUnixTimestamp64Milli(${columnSql('_event_time')}))`;
    if (reference.op === 'feature') throw new RangeError(`feature ${reference.name} is not a column of a source`);
    const column = columnSql(reference.name);
    const type = columns[reference.name];
    if (type === 'string') return column;
    return type === 'boolean' ? `toUInt8(${column})` : `toFloat64(${column})`;
  };
}
