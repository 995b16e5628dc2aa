import { readRequest } from '@millrace/mlflow-protocol';
import type { LiveRuns } from '../../flow/runs/live-runs.ts';
import { sampledPoints, type MetricHistory, type MetricPoint } from '../../flow/runs/metric-history.ts';
import { notFound } from '../../flow/runs/write-refusals.ts';
import * as requests from './metric-requests.ts';

type Json = Record<string, unknown>;

/** Points of one metric of several runs, thinned out for a chart: what REST and GraphQL answer alike. */
export async function metricIntervals(
  { live, history }: { readonly live: LiveRuns; readonly history: MetricHistory },
  input: unknown,
): Promise<{ metrics: Json[] }> {
  const request = readRequest(requests.metricHistoryInterval, input);
  const { run_ids: runIds, metric_key: key, max_results: limit } = request;
  requests.checkRunsOfInterval(runIds);
  const steps = requests.stepRange(request.start_step, request.end_step);
  await untilReadable(live, runIds);
  const metrics: Json[] = [];
  // One after the other: a run may have millions of points to choose from.
  for (const runId of runIds) {
    const points = await sampledPoints(history, { runId, key, steps, limit });
    for (const point of points) metrics.push(pointOfRunJson(key, { ...point, runId }));
  }
  return { metrics };
}

/** Refuses an unknown run, and waits until what was acknowledged before is in the history. */
export async function untilReadable(live: LiveRuns, runIds: readonly string[]): Promise<void> {
  await Promise.all(
    runIds.map(async (runId) => {
      if ((await live.get('run', runId)) === null) throw notFound('run', runId);
      await live.untilStoredOf(runId);
    }),
  );
}

export function pointOfRunJson(key: string, point: MetricPoint & { readonly runId: string }): Json {
  return {
    key,
    value: Number.isNaN(point.value) ? 'NaN' : point.value,
    timestamp: Number(point.timestampMs),
    step: Number(point.step),
    run_id: point.runId,
  };
}
