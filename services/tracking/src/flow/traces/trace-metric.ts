import { invalidParameter } from '@millrace/mlflow-protocol';

export const metricViews = ['TRACES', 'SPANS', 'ASSESSMENTS'] as const;
export type MetricView = (typeof metricViews)[number];
export const aggregationTypes = ['COUNT', 'SUM', 'AVG', 'PERCENTILE', 'MIN', 'MAX'] as const;
export type AggregationType = (typeof aggregationTypes)[number];

export interface Aggregation {
  readonly type: AggregationType;
  /** From 0 to 100, of PERCENTILE only. */
  readonly percentile: number | null;
}

/** What is asked to be measured: a metric of a view, summed up in one or several ways for each value of the dimensions. */
export interface TraceMetric {
  readonly view: MetricView;
  readonly name: string;
  readonly aggregations: readonly Aggregation[];
  readonly dimensions: readonly string[];
}

interface Measure {
  readonly aggregations: readonly AggregationType[];
  readonly dimensions: readonly string[];
}

const spread: readonly AggregationType[] = ['AVG', 'MAX', 'MIN', 'PERCENTILE'];
const amount: readonly AggregationType[] = ['AVG', 'MAX', 'MIN', 'PERCENTILE', 'SUM'];
const ofModels = ['span_model_name', 'span_model_provider'];
const tokens: Measure = { aggregations: amount, dimensions: ['trace_name'] };
const cost: Measure = { aggregations: amount, dimensions: ofModels };

/** MLflow's metrics, and how each may be asked for. */
const measures: Readonly<Record<MetricView, Readonly<Record<string, Measure>>>> = {
  TRACES: {
    trace_count: { aggregations: ['COUNT'], dimensions: ['trace_name', 'trace_status'] },
    session_count: { aggregations: ['COUNT'], dimensions: [] },
    latency: { aggregations: spread, dimensions: ['trace_name'] },
    input_tokens: tokens,
    output_tokens: tokens,
    total_tokens: tokens,
    cache_read_input_tokens: tokens,
    cache_creation_input_tokens: tokens,
  },
  SPANS: {
    span_count: { aggregations: ['COUNT'], dimensions: [...ofModels, 'span_name', 'span_status', 'span_type'] },
    latency: { aggregations: spread, dimensions: ['span_name', 'span_status'] },
    input_cost: cost,
    output_cost: cost,
    total_cost: cost,
  },
  ASSESSMENTS: {
    assessment_count: { aggregations: ['COUNT'], dimensions: ['assessment_name', 'assessment_value'] },
    assessment_value: { aggregations: spread, dimensions: ['assessment_name'] },
  },
};

/** Throws in MLflow's words where it has no such metric, or not in this way. */
export function checkMetric({ view, name, aggregations, dimensions }: TraceMetric): void {
  const known = measures[view];
  const measure = Object.hasOwn(known, name) ? known[name] : undefined;
  if (measure === undefined)
    throw invalidParameter(`metric_name must be one of ${list(Object.keys(known))}, got '${name}'`);
  const wrong = aggregations.map(({ type }) => type).filter((type) => !measure.aggregations.includes(type));
  if (wrong.length > 0)
    throw invalidParameter(
      `Found invalid aggregation_type(s): ${sorted(wrong)}. Supported aggregation types: ${list(measure.aggregations)}`,
    );
  const unknown = dimensions.filter((dimension) => !measure.dimensions.includes(dimension));
  if (unknown.length > 0)
    throw invalidParameter(
      `Found invalid dimension(s): ${sorted(unknown)}. Supported dimensions: ${list(measure.dimensions)}`,
    );
  for (const aggregation of aggregations) checkPercentile(aggregation);
}

/** Under which name an answer gives the value: `AVG`, `P99.0`. */
export function aggregationLabel({ type, percentile }: Aggregation): string {
  if (percentile === null) return type;
  return `P${Number.isInteger(percentile) ? percentile.toFixed(1) : percentile}`;
}

function checkPercentile({ type, percentile }: Aggregation): void {
  if (type !== 'PERCENTILE') {
    if (percentile === null) return;
    throw invalidParameter(`Percentile value is only allowed for PERCENTILE aggregation type, got ${type}`);
  }
  if (percentile === null) throw invalidParameter('Percentile value is required for PERCENTILE aggregation');
  if (!(percentile >= 0 && percentile <= 100))
    throw invalidParameter(`Percentile value must be between 0 and 100, got ${percentile}`);
}

function sorted(names: readonly string[]): string {
  return list([...new Set(names)].sort());
}

/** As MLflow's server prints a list. */
function list(names: readonly string[]): string {
  return `[${names.map((name) => `'${name}'`).join(', ')}]`;
}
