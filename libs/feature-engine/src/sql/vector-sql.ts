import { checkExpression } from '../expressions/check-expression.ts';
import { printExpression, sqlName, type ReferenceSql } from '../expressions/print-expression.ts';
import type { ExpressionType } from '../expressions/expression.ts';
import { isText, type FeatureType } from '../plans/feature-type.ts';
import type { ServiceFeature, ServicePlan } from '../plans/service-plan.ts';
import { Faults } from '../definitions/faults.ts';
import { sourceReference } from './source-columns.ts';
import { requestColumn, rowNumber, rowTime, type VectorQuery } from './sql-tables.ts';
import { emptySql, viewAggregatesSql, windowedColumn } from './view-aggregates.ts';

/**
 * How the features of a row are given: `arrays` as vectors store them (`numbers`, `strings`), `named` as one nullable column
 * a feature. Beside named features the columns of the spine begin with `_`, as no feature can.
 */
export type VectorShape = 'arrays' | 'named';

export interface VectorSqlParts {
  readonly query: VectorQuery;
  /** SELECT that yields row, t, own_partition, own_offset and for each view key_i, cut_i, own_i. */
  readonly spine: string;
  /** SELECT that yields the row's number and the columns of the trigger that pass-through features read; null when there are none. */
  readonly trigger: string | null;
  readonly shape: VectorShape;
  /** Columns of the spine to give back. */
  readonly keep: readonly string[];
}

/** One row out for every row of the spine, in order of `row`. */
export function vectorSql({ query, spine, trigger, shape, keep }: VectorSqlParts): string {
  const { service } = query;
  const joins = service.views.map(
    (_, view) => `LEFT JOIN (${viewAggregatesSql(query, view)}) AS view_${view} ON spine.row = view_${view}.row`,
  );
  if (trigger !== null) joins.push(`LEFT JOIN (${trigger}) AS own ON spine.row = own.${rowNumber}`);
  const windowed = service.views.flatMap(({ plan }, view) => [
    `ifNull(late_${view}, 0) = 1 AS ${tooLate(view)}`,
    ...plan.windowed.map((feature, index) => {
      const column = windowedColumn(view, index);
      return `if(present_${view} = 1, ${column}, ${emptySql(feature)}) AS ${viewWindow(view, index)}`;
    }),
  ]);
  const features = service.views.flatMap(({ plan }, view) => {
    const output = (index: number) => viewFeature(view, index);
    const sql = plan.outputs.sql({ windowed: (index) => viewWindow(view, index), output, tooLate: tooLate(view) });
    return sql.map((text, index) => `${text} AS ${output(index)}`);
  });
  const kept = keep.map((name, index) => `spine.${name} AS ${keptColumn(index)}`);
  const columns = [`spine.row AS ${rowNumber}`, `spine.t AS ${rowTime}`, ...kept, ...windowed];
  if (trigger !== null) columns.push(...service.requestColumns.map((_, index) => `own.${requestColumn(index)}`));
  const given = keep.map((name, index) => `${keptColumn(index)} AS ${shape === 'named' ? `_${name}` : name}`);
  return `WITH spine AS (${spine})
SELECT ${[...given, ...outputs(service, shape)].join(', ')}
FROM (SELECT ${['*', ...features].join(', ')} FROM (SELECT ${columns.join(', ')} FROM spine ${joins.join(' ')}))
ORDER BY ${rowNumber}`;
}

function keptColumn(index: number): string {
  return `spine$${index}`;
}

function tooLate(view: number): string {
  return `late$${view}`;
}

function viewWindow(view: number, windowed: number): string {
  return `window$${view}_${windowed}`;
}

function viewFeature(view: number, feature: number): string {
  return `view$${view}_${feature}`;
}

function outputs(service: ServicePlan, shape: VectorShape): string[] {
  const values = service.features.map((feature) => ({ feature, sql: featureSql(service, feature) }));
  if (shape === 'named') {
    return values.map(
      ({ feature, sql }) =>
        `${feature.type === 'boolean' ? `CAST(${sql}, 'Nullable(Bool)')` : sql} AS ${sqlName(feature.name)}`,
    );
  }
  const numbers = values
    .filter(({ feature }) => !isText(feature.type))
    .map(({ sql }) => `ifNull(toFloat64(${sql}), nan)`);
  const strings = values.filter(({ feature }) => isText(feature.type)).map(({ sql }) => sql);
  return [
    `CAST([${numbers.join(', ')}], 'Array(Float64)') AS numbers`,
    `CAST([${strings.join(', ')}], 'Array(Nullable(String))') AS strings`,
  ];
}

function featureSql(service: ServicePlan, { origin, name }: ServiceFeature): string {
  if (origin.from === 'view') return viewFeatureSql(service, name);
  const passThrough = service.definition.passThrough[origin.index];
  if (passThrough === undefined) throw new RangeError(`there is no pass-through feature ${name}`);
  const types = new Map<string, FeatureType>(
    service.views.flatMap(({ plan }) =>
      plan.features.map((feature): [string, FeatureType] => [feature.name, feature.type]),
    ),
  );
  const scope = { columns: service.source.columns, columnsOf: service.source.name, features: types };
  const type = checkExpression(passThrough.expression, scope, '', new Faults());
  const ofTrigger = sourceReference(service.source.columns, (name) =>
    requestColumn(service.requestColumns.indexOf(name)),
  );
  const reference: ReferenceSql = (used) => {
    if (used.op === 'event-time') return `toFloat64(${rowTime})`;
    if (used.op === 'column') return ofTrigger(used);
    const sql = viewFeatureSql(service, used.name);
    return types.get(used.name) === 'boolean' ? `(${sql} != 0)` : sql;
  };
  return printExpression(passThrough.expression, type as ExpressionType, reference);
}

function viewFeatureSql(service: ServicePlan, name: string): string {
  for (const [view, { plan }] of service.views.entries()) {
    const index = plan.features.findIndex((feature) => feature.name === name);
    if (index !== -1) return viewFeature(view, index);
  }
  throw new RangeError(`there is no feature ${name}`);
}
