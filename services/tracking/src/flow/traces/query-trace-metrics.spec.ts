import { expect, it } from 'vitest';
import {
  QueryTraceMetrics,
  type MeasuredPoint,
  type TraceMeasurement,
  type TraceMetricsQuery,
} from './query-trace-metrics.ts';

const query = (said: Partial<TraceMetricsQuery> = {}): TraceMetricsQuery => ({
  view: 'TRACES',
  name: 'latency',
  aggregations: [{ type: 'AVG', percentile: null }],
  dimensions: ['trace_name'],
  experimentIds: ['7'],
  intervalSeconds: null,
  startMs: null,
  endMs: null,
  filters: [],
  maxResults: 2,
  pageToken: undefined,
  ...said,
});
const point = (name: string, value: number | null): MeasuredPoint => ({
  bucketMs: null,
  dimensions: [name],
  values: [value],
});

/** Answers from a list, and notes what it was asked. */
function metricsOf(points: readonly MeasuredPoint[]) {
  const asked: TraceMeasurement[] = [];
  let moments = 0;
  const metrics = new QueryTraceMetrics(
    { storedMoment: () => Promise.resolve([(moments += 1)]) },
    {
      measure: (measurement) => {
        asked.push(measurement);
        return Promise.resolve(points.slice(measurement.offset, measurement.offset + measurement.limit));
      },
    },
  );
  return { metrics, asked };
}

it('pages show one moment, and a token belongs to its query', async () => {
  const { metrics, asked } = metricsOf([point('a', 1), point('b', 2), point('c', 3)]);
  const first = await metrics.run(query());
  expect(first.points.map(({ dimensions }) => dimensions)).toEqual([['a'], ['b']]);
  const pageToken = first.nextPageToken;
  expect(await metrics.run(query({ pageToken }))).toEqual({ points: [point('c', 3)] });
  expect(asked.map(({ moment, offset }) => [moment, offset])).toEqual([
    [[1], 0],
    [[1], 2],
  ]);
  await expect(metrics.run(query({ pageToken, filters: ["trace.status = 'OK'"] }))).rejects.toThrow('another query');
});

it('a point without any value is left out', async () => {
  const { metrics } = metricsOf([point('', null)]);
  expect(await metrics.run(query())).toEqual({ points: [] });
});

it.each<[Partial<TraceMetricsQuery>, string]>([
  [{ intervalSeconds: 60 }, 'start_time_ms and end_time_ms are required'],
  [{ intervalSeconds: -60, startMs: 0, endMs: 1 }, 'time_interval_seconds must be a positive integer'],
  [{ name: 'nothing' }, 'metric_name must be one of'],
  [{ filters: ['nonsense'] }, 'Invalid'],
])('%j is refused before anything is asked', async (said, reason) => {
  const { metrics, asked } = metricsOf([]);
  await expect(metrics.run(query(said))).rejects.toThrow(reason);
  expect(asked).toEqual([]);
});
