import type { ClickHouse } from '../clickhouse.ts';
import { identifier, stringLiteral } from '../identifiers.ts';
import { parseColumnType } from '../row-binary/column-type.ts';
import { onCluster, tableEngine, TABLE_SETTINGS } from './engine.ts';

export interface ColumnDefinition {
  readonly name: string;
  readonly type: string;
  readonly comment: string;
}

export interface TableDefinition {
  readonly name: string;
  readonly comment: string;
  readonly columns: readonly ColumnDefinition[];
  /** Sorting key; it must hold the identity of a row, for equal keys become one row. */
  readonly orderBy: readonly string[];
  /** A DateTime64 column that is part of the fact; rows are kept in one partition a month of it. */
  readonly partitionByMonthOf?: string;
}

/** DDL of a table that is made at run time, such as one a source: repeatable, deduplicating, commented. */
export function createTableStatement(clickhouse: ClickHouse, definition: TableDefinition): string {
  const columns = definition.columns.map(columnDefinition);
  const month = definition.partitionByMonthOf;
  return [
    `CREATE TABLE IF NOT EXISTS ${clickhouse.qualified(definition.name)} ${onCluster(clickhouse)}`,
    `(\n  ${columns.join(',\n  ')}\n)`,
    `ENGINE = ${tableEngine(clickhouse)}`,
    ...(month === undefined ? [] : [`PARTITION BY toYYYYMM(${identifier(month)})`]),
    `ORDER BY (${definition.orderBy.map(identifier).join(', ')})`,
    `SETTINGS ${TABLE_SETTINGS}`,
    `COMMENT ${stringLiteral(definition.comment)}`,
  ].join('\n');
}

/** Adds columns that a newer schema of a source has; existing ones stay as they are. */
export function addColumnsStatement(
  clickhouse: ClickHouse,
  tableName: string,
  columns: readonly ColumnDefinition[],
): string {
  const additions = columns.map((column) => `ADD COLUMN IF NOT EXISTS ${columnDefinition(column)}`);
  return `ALTER TABLE ${clickhouse.qualified(tableName)} ${onCluster(clickhouse)} ${additions.join(', ')}`;
}

function columnDefinition({ name, type, comment }: ColumnDefinition): string {
  // Types come from users' schemas: what parses as a type holds no other SQL.
  parseColumnType(type);
  return `${identifier(name)} ${type} COMMENT ${stringLiteral(comment)}`;
}
