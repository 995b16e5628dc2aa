import { expect, it } from 'vitest';
import { aggregationLabel, checkMetric, type Aggregation, type TraceMetric } from './trace-metric.ts';

const by = (type: Aggregation['type'], percentile: number | null = null): Aggregation => ({ type, percentile });
const metric = (said: Partial<TraceMetric>): TraceMetric => ({
  view: 'TRACES',
  name: 'latency',
  aggregations: [by('AVG')],
  dimensions: [],
  ...said,
});

it.each<Partial<TraceMetric>>([
  { name: 'trace_count', aggregations: [by('COUNT')], dimensions: ['trace_status', 'trace_name'] },
  { name: 'total_tokens', aggregations: [by('SUM'), by('PERCENTILE', 0), by('PERCENTILE', 100)] },
  { view: 'SPANS', name: 'total_cost', aggregations: [by('SUM')], dimensions: ['span_model_name'] },
  { view: 'ASSESSMENTS', name: 'assessment_value', dimensions: ['assessment_name'] },
])('%j is answered', (said) => {
  expect(() => checkMetric(metric(said))).not.toThrow();
});

it.each<[Partial<TraceMetric>, string]>([
  [{ view: 'ASSESSMENTS' }, "metric_name must be one of ['assessment_count', 'assessment_value'], got 'latency'"],
  [{ name: 'constructor' }, 'metric_name must be one of'],
  [
    { aggregations: [by('SUM'), by('COUNT')] },
    "Found invalid aggregation_type(s): ['COUNT', 'SUM']. Supported aggregation types: ['AVG', 'MAX', 'MIN', 'PERCENTILE']",
  ],
  [
    { dimensions: ['trace_status'] },
    "Found invalid dimension(s): ['trace_status']. Supported dimensions: ['trace_name']",
  ],
  [{ aggregations: [by('PERCENTILE')] }, 'Percentile value is required'],
  [{ aggregations: [by('PERCENTILE', 100.5)] }, 'Percentile value must be between 0 and 100, got 100.5'],
  [{ aggregations: [by('AVG', 50)] }, 'Percentile value is only allowed'],
])('%j is refused: %s', (said, reason) => {
  expect(() => checkMetric(metric(said))).toThrow(reason);
});

it('a value is named as MLflow’s client names it', () => {
  expect([by('AVG'), by('PERCENTILE', 50), by('PERCENTILE', 99.9)].map(aggregationLabel)).toEqual([
    'AVG',
    'P50.0',
    'P99.9',
  ]);
});
