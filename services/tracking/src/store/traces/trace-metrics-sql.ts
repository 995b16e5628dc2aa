import type { MetricFilter } from '../../flow/traces/metric-filter.ts';
import type { MeasuredPoint, TraceMeasurement } from '../../flow/traces/query-trace-metrics.ts';
import type { Aggregation } from '../../flow/traces/trace-metric.ts';
import { sessionKey, traceNameTag, type TraceCondition } from '../../flow/traces/trace-search.ts';
import type { SqlParameters } from './sql-parameters.ts';
import { tokenTotalsSql } from './token-totals-sql.ts';
import {
  commonTables,
  latestAssessments,
  parametersOf,
  SearchSql,
  tracesSql,
  type Sql,
  type TraceTables,
} from './trace-search-sql.ts';

/** One row a point: `bucket`, then `d0`, `d1` … and `a0`, `a1` … in the order of the query. */
export type MeasuredRow = Readonly<Record<string, string | number | null>>;

/** What is measured one by one, and what it is told apart by. */
interface Measured {
  /** FROM and WHERE of rows that have trace_id. */
  readonly rows: string;
  /** Null where there is nothing to measure. */
  readonly value: string;
  /** Milliseconds that intervals go by, and those that the window is asked of. */
  readonly timeMs: string;
  readonly windowMs: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** Points of a metric as one statement, in which whatever a client wrote is a parameter. */
export function traceMetricsSql(measurement: TraceMeasurement, tables: TraceTables): Sql {
  const parameters = parametersOf(measurement);
  const search = new SearchSql(parameters);
  const measured = measuredOf(measurement, { parameters, search });
  const { intervalSeconds, startMs, endMs } = measurement;
  const bucketMs = parameters.integer((intervalSeconds ?? 0) * 1000);
  const groups = [
    ...(intervalSeconds === null ? [] : [`intDiv(${measured.timeMs}, ${bucketMs}) * ${bucketMs} AS bucket`]),
    ...measurement.dimensions.map((name, index) => `toNullable(${measured.dimensions[name]}) AS d${index}`),
  ];
  const names = groups.map((group) => group.slice(group.lastIndexOf(' ') + 1));
  const window = [
    ...(startMs === null ? [] : [`${measured.windowMs} >= ${parameters.integer(startMs)}`]),
    ...(endMs === null ? [] : [`${measured.windowMs} <= ${parameters.integer(endMs)}`]),
  ];
  const text = `
    WITH ${commonTables(tables)}
    SELECT ${[...names, ...measurement.aggregations.map((one, index) => `${aggregate(one, measurement.name)} AS a${index}`)].join(', ')}
    FROM (SELECT ${[...groups, `${measured.value} AS value`].join(', ')} FROM ${[measured.rows, ...window].join('\n AND ')})
    WHERE ${['value', ...names].map((name) => `${name} IS NOT NULL`).join(' AND ')}
    ${names.length === 0 ? '' : `GROUP BY ${names.join(', ')} ORDER BY ${names.join(', ')}`}
    LIMIT {limit:UInt64} OFFSET {offset:UInt64}`;
  return { text, parameters: { ...parameters.values, limit: measurement.limit, offset: measurement.offset } };
}

export function measuredPoint(row: MeasuredRow, { dimensions, aggregations }: TraceMeasurement): MeasuredPoint {
  return {
    bucketMs: row['bucket'] === undefined ? null : Number(row['bucket']),
    dimensions: dimensions.map((_, index) => String(row[`d${index}`])),
    values: aggregations.map((_, index) => {
      const value = row[`a${index}`];
      return value === null || value === undefined ? null : Number(value);
    }),
  };
}

/** A parameter cannot stand for the level of a percentile: it is a number of our own, checked before. */
function aggregate({ type, percentile }: Aggregation, metric: string): string {
  if (type === 'COUNT') return metric === 'session_count' ? 'uniqExact(value)' : 'count(value)';
  if (type === 'PERCENTILE') return `quantileExactInclusiveOrNull(${Number(percentile) / 100})(toFloat64(value))`;
  return `${type.toLowerCase()}OrNull(toFloat64(value))`;
}

interface Parts {
  readonly parameters: SqlParameters;
  readonly search: SearchSql;
}

function measuredOf(measurement: TraceMeasurement, parts: Parts): Measured {
  switch (measurement.view) {
    case 'TRACES':
      return ofTraces(measurement, parts);
    case 'SPANS':
      return ofSpans(measurement, parts);
    case 'ASSESSMENTS':
      return ofAssessments(measurement, parts);
  }
}

function ofTraces({ name, dimensions, filters }: TraceMeasurement, { parameters, search }: Parts): Measured {
  const joined: string[] = [];
  const join = (alias: string, rows: string): void => {
    joined.push(`LEFT JOIN (${rows}) AS ${alias} ON ${alias}.trace_id = traces.trace_id`);
  };
  if (dimensions.includes('trace_name')) join('names', search.latest({ on: 'tag', key: traceNameTag }));
  if (name === 'session_count') join('sessions', search.latest({ on: 'metadata', key: sessionKey }));
  const isTokens = name.endsWith('_tokens');
  if (isTokens) {
    join('said', search.latest({ on: 'metadata', key: 'mlflow.trace.tokenUsage' }));
    join('seen', tokenTotalsSql(name, parameters));
  }
  const said = `JSONExtract(said.value, ${parameters.text(name)}, 'Nullable(Float64)')`;
  const values: Readonly<Record<string, string>> = {
    trace_count: 'toNullable(1)',
    session_count: `nullIf(sessions.value, '')`,
    latency: 'traces.execution_time',
  };
  return {
    rows: `(${tracesSql}) AS traces ${joined.join('\n')} WHERE ${whereTrace(filters, search)}`,
    value: isTokens ? `if(said.value != '', ${said}, seen.value)` : (values[name] ?? 'NULL'),
    timeMs: 'traces.request_time',
    windowMs: 'traces.request_time',
    dimensions: { trace_name: `nullIf(names.value, '')`, trace_status: 'traces.state' },
  };
}

function ofSpans({ name, filters }: TraceMeasurement, { parameters, search }: Parts): Measured {
  const columns = { name: 'spans.name', status: 'spans.status', type: spanType } as const;
  const own = filters.flatMap((filter) =>
    filter.on === 'span' ? [`${columns[filter.column]} = ${parameters.text(filter.value)}`] : [],
  );
  const values: Readonly<Record<string, string>> = {
    span_count: 'toNullable(1)',
    latency: 'if(spans.end_ns = 0, NULL, intDiv(toInt64(spans.end_ns) - toInt64(spans.start_ns), 1000000))',
  };
  const startMs = 'toInt64(intDiv(spans.start_ns, 1000000))';
  const isCost = name.endsWith('_cost');
  return {
    rows: `live_spans AS spans INNER JOIN (${tracesSql}) AS traces ON traces.trace_id = spans.trace_id
      WHERE ${[whereTrace(filters, search), ...own].join('\n AND ')}`,
    value: isCost ? `JSONExtract(spans.cost, ${parameters.text(name)}, 'Nullable(Float64)')` : (values[name] ?? 'NULL'),
    timeMs: startMs,
    // As MLflow has it: counts and latencies are those of the traces of a time, costs those of the spans.
    windowMs: isCost ? startMs : 'traces.request_time',
    dimensions: {
      span_name: 'spans.name',
      span_type: spanType,
      span_status: 'spans.status',
      span_model_name: `nullIf(toString(spans.model), '')`,
      span_model_provider: `nullIf(toString(spans.model_provider), '')`,
    },
  };
}

const spanType = `if(spans.span_type = '', 'UNKNOWN', toString(spans.span_type))`;

function ofAssessments({ name, filters }: TraceMeasurement, { parameters, search }: Parts): Measured {
  const columns = { name: assessmentName, type: assessmentType } as const;
  const own = filters.flatMap((filter) =>
    filter.on === 'assessment' ? [`${columns[filter.column]} = ${parameters.text(filter.value)}`] : [],
  );
  return {
    rows: `(${latestAssessments}) AS assessments INNER JOIN (${tracesSql}) AS traces ON traces.trace_id = assessments.trace_id
      WHERE ${[whereTrace(filters, search), `JSONExtractBool(assessments.value, 'valid')`, ...own].join('\n AND ')}`,
    value: name === 'assessment_value' ? assessedNumber : 'toNullable(1)',
    timeMs: 'traces.request_time',
    windowMs: 'traces.request_time',
    dimensions: { assessment_name: assessmentName, assessment_value: assessedJson },
  };
}

const assessmentName = `JSONExtractString(assessments.value, 'assessment_name')`;
const assessmentType = `multiIf(JSONHas(assessments.value, 'feedback'), 'feedback', JSONHas(assessments.value, 'expectation'), 'expectation', 'issue')`;
/** JSON of what was said. */
const assessedJson = `multiIf(
  JSONHas(assessments.value, 'expectation', 'serialized_value'), JSONExtractString(assessments.value, 'expectation', 'serialized_value', 'value'),
  JSONHas(assessments.value, 'expectation'), JSONExtractRaw(assessments.value, 'expectation', 'value'),
  JSONHas(assessments.value, 'feedback', 'value'), JSONExtractRaw(assessments.value, 'feedback', 'value'),
  'null')`;
/** Yes and no count as one and nothing; what is neither those nor a number has no value. */
const assessedNumber = `multiIf(
  ${assessedJson} = 'true' OR lower(trimBoth(JSONExtractString(${assessedJson}))) = 'yes', 1,
  ${assessedJson} = 'false' OR lower(trimBoth(JSONExtractString(${assessedJson}))) = 'no', 0,
  toFloat64OrNull(${assessedJson}))`;

function whereTrace(filters: readonly MetricFilter[], search: SearchSql): string {
  const terms = filters.flatMap((filter) => (filter.on === 'trace' ? [filter.condition] : []));
  return search.where({
    kind: 'and',
    terms: terms.map((clause: TraceCondition) => ({ kind: 'comparison', clause })),
  });
}
