import { invalidParameter } from '@millrace/mlflow-protocol';
import type { LiveTraces } from './live-traces.ts';
import { resolveMetricFilter, type MetricFilter } from './metric-filter.ts';
import type { LogMoment } from './ports.ts';
import { decodeTracePage, encodeTracePage } from './trace-page.ts';
import { checkMetric, type TraceMetric } from './trace-metric.ts';

interface Window {
  readonly experimentIds: readonly string[];
  /** Of equal length, from 1970 on; null makes one of all. */
  readonly intervalSeconds: number | null;
  /** Both included. */
  readonly startMs: number | null;
  readonly endMs: number | null;
}

export interface TraceMetricsQuery extends TraceMetric, Window {
  readonly filters: readonly string[];
  readonly maxResults: number;
  readonly pageToken: string | undefined;
}

/** A query with its filters resolved, of traces as they stood at one moment of the log. */
export interface TraceMeasurement extends TraceMetric, Window {
  readonly filters: readonly MetricFilter[];
  readonly moment: LogMoment;
  readonly limit: number;
  readonly offset: number;
}

export interface MeasuredPoint {
  /** Beginning of its interval. */
  readonly bucketMs: number | null;
  /** In the order of the query. */
  readonly dimensions: readonly string[];
  /** In the order of the aggregations; null where nothing was to be summed up. */
  readonly values: readonly (number | null)[];
}

export interface TraceMeasurements {
  /** By interval, then by dimensions. */
  measure(measurement: TraceMeasurement): Promise<MeasuredPoint[]>;
}

/** Numbers of traces, spans and assessments, which wait until history holds what was acknowledged before. */
export class QueryTraceMetrics {
  readonly #live: Pick<LiveTraces, 'storedMoment'>;
  readonly #measurements: TraceMeasurements;

  constructor(live: Pick<LiveTraces, 'storedMoment'>, measurements: TraceMeasurements) {
    this.#live = live;
    this.#measurements = measurements;
  }

  async run(query: TraceMetricsQuery): Promise<{ points: MeasuredPoint[]; nextPageToken?: string }> {
    checkMetric(query);
    checkWindow(query);
    const { maxResults, pageToken, filters: said, ...asked } = query;
    const filters = said.map((text) => resolveMetricFilter(query.view, text));
    const bound = { ...asked, filters: said };
    const { moment, offset } =
      pageToken === undefined
        ? { moment: await this.#live.storedMoment(), offset: 0 }
        : decodeTracePage(bound, pageToken);
    const found = await this.#measurements.measure({ ...asked, filters, moment, offset, limit: maxResults + 1 });
    const points = found.slice(0, maxResults).filter(({ values }) => values.some((value) => value !== null));
    if (found.length <= maxResults) return { points };
    return { points, nextPageToken: encodeTracePage(bound, { moment, offset: offset + maxResults }) };
  }
}

function checkWindow({ intervalSeconds, startMs, endMs }: Window): void {
  if (intervalSeconds === null) return;
  if (intervalSeconds < 0)
    throw invalidParameter(`time_interval_seconds must be a positive integer, got ${intervalSeconds}`);
  if (startMs === null || endMs === null)
    throw invalidParameter('start_time_ms and end_time_ms are required if time_interval_seconds is set');
}
