import { optionalInteger, optionalText, pageSize, protoEnum, text, textList } from '@millrace/mlflow-protocol';
import { z } from 'zod';
import { aggregationTypes, metricViews } from '../../flow/traces/trace-metric.ts';

const aggregation = z
  .object({ aggregation_type: protoEnum(aggregationTypes), percentile_value: z.coerce.number().nullish() })
  .transform(({ aggregation_type: type, percentile_value: percentile }) => ({ type, percentile: percentile ?? null }));

/** Longer than all of time, and short enough for milliseconds to be exact. */
const longestIntervalSeconds = 8.64e12;

export const queryMetrics = z.object({
  experiment_ids: z.array(z.string()).min(1),
  view_type: protoEnum(metricViews),
  metric_name: text,
  aggregations: z.array(aggregation).min(1),
  dimensions: textList,
  filters: textList,
  time_interval_seconds: optionalInteger.pipe(z.number().max(longestIntervalSeconds).optional()),
  start_time_ms: optionalInteger,
  end_time_ms: optionalInteger,
  max_results: pageSize(1000, 50_000),
  page_token: optionalText,
});
