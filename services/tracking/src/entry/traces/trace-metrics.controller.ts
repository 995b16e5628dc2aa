import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { readRequest } from '@millrace/mlflow-protocol';
import { ApiJsonBody } from '@millrace/service-kit';
import { QueryTraceMetrics, type MeasuredPoint } from '../../flow/traces/query-trace-metrics.ts';
import { aggregationLabel, type TraceMetric } from '../../flow/traces/trace-metric.ts';
import { queryMetrics } from './trace-metric-requests.ts';

@ApiTags('MLflow: traces')
@Controller(['api/3.0/mlflow/traces', 'ajax-api/3.0/mlflow/traces'])
export class TraceMetricsController {
  readonly #metrics: QueryTraceMetrics;

  constructor(@Inject(QueryTraceMetrics) metrics: QueryTraceMetrics) {
    this.#metrics = metrics;
  }

  @Post('metrics')
  @HttpCode(200)
  @ApiJsonBody(queryMetrics)
  async query(@Body() body: unknown) {
    const request = readRequest(queryMetrics, body);
    const metric: TraceMetric = {
      view: request.view_type,
      name: request.metric_name,
      aggregations: request.aggregations,
      dimensions: [...new Set(request.dimensions)],
    };
    const { points, nextPageToken } = await this.#metrics.run({
      ...metric,
      experimentIds: request.experiment_ids,
      filters: request.filters,
      intervalSeconds: request.time_interval_seconds || null,
      startMs: request.start_time_ms ?? null,
      endMs: request.end_time_ms ?? null,
      maxResults: request.max_results,
      pageToken: request.page_token || undefined,
    });
    return {
      data_points: points.map((point) => pointJson(point, metric)),
      ...(nextPageToken && { next_page_token: nextPageToken }),
    };
  }
}

function pointJson({ bucketMs, dimensions, values }: MeasuredPoint, metric: TraceMetric) {
  const summed = metric.aggregations.map((one, index) => [aggregationLabel(one), values[index] ?? null] as const);
  return {
    metric_name: metric.name,
    dimensions: {
      ...(bucketMs !== null && { time_bucket: isoSeconds(bucketMs) }),
      ...Object.fromEntries(metric.dimensions.map((name, index) => [name, dimensions[index]])),
    },
    values: Object.fromEntries(summed.filter(([, value]) => value !== null)),
  };
}

/** As MLflow's server writes the beginning of an interval, which is a whole second. */
function isoSeconds(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, -'.000Z'.length)}+00:00`;
}
