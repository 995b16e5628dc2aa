import type { ClickHouse } from '../clickhouse.ts';
import { identifier, stringLiteral } from '../identifiers.ts';
import { onCluster } from './engine.ts';

export interface WideViewFeature {
  readonly name: string;
  readonly kind: 'number' | 'boolean' | 'string';
  readonly comment: string;
}

export interface WideView {
  /** Name of the view, for example v_card_fraud_v3. */
  readonly name: string;
  readonly featureService: string;
  readonly featureServiceVersion: number;
  /** In the feature service's order, numbers, booleans and strings as they are mixed there. */
  readonly features: readonly WideViewFeature[];
  readonly comment: string;
}

const VECTOR_COLUMNS = [
  ['event_id', 'String', 'Deterministic id of the vector'],
  ['source_event_id', 'Nullable(String)', "Value of the source's declared id field"],
  ['entities', 'Map(LowCardinality(String), String)', 'Entity name to entity key'],
  ['event_time', "DateTime64(3, 'UTC')", 'Event time of the source event'],
  ['computed_at', "DateTime64(3, 'UTC')", 'When the vector was computed'],
] as const;

/**
 * One named column a feature for the vectors of one feature service. A missing number or boolean is null here, so that
 * averages leave it out; a feature whose name is taken gets `feature_` before it. Columns of the vectors are read through an
 * alias of their table: a feature may be called `numbers`.
 */
export function createWideViewStatement(clickhouse: ClickHouse, view: WideView): string {
  const taken = new Set<string>(VECTOR_COLUMNS.map(([name]) => name));
  const names = new Set(view.features.map(({ name }) => name));
  let numbers = 0;
  let strings = 0;
  const features = view.features.map(({ name, kind, comment }) => {
    let column = name;
    while (taken.has(column) || (column !== name && names.has(column))) column = `feature_${column}`;
    taken.add(column);
    if (kind === 'string') return { column, type: 'Nullable(String)', comment, sql: `v.strings[${++strings}]` };
    const value = `v.numbers[${++numbers}]`;
    return kind === 'number'
      ? { column, type: 'Nullable(Float64)', comment, sql: `if(isNaN(${value}), NULL, ${value})` }
      : {
          column,
          type: 'Nullable(Bool)',
          comment,
          sql: `CAST(if(isNaN(${value}), NULL, ${value} != 0), 'Nullable(Bool)')`,
        };
  });
  const columns = [
    ...VECTOR_COLUMNS.map(([column, type, comment]) => ({ column, type, comment, sql: `v.${column}` })),
    ...features,
  ];
  return [
    `CREATE OR REPLACE VIEW ${clickhouse.qualified(view.name)} ${onCluster(clickhouse)}`,
    `(\n  ${columns.map((c) => `${identifier(c.column)} ${c.type} COMMENT ${stringLiteral(c.comment)}`).join(',\n  ')}\n)`,
    `AS SELECT\n  ${columns.map((c) => `${c.sql} AS ${identifier(c.column)}`).join(',\n  ')}`,
    `FROM ${clickhouse.qualified('feature_vectors')} AS v FINAL`,
    `WHERE v.feature_service = ${stringLiteral(view.featureService)} AND v.feature_service_version = ${Math.trunc(view.featureServiceVersion)}`,
    `COMMENT ${stringLiteral(view.comment)}`,
  ].join('\n');
}
