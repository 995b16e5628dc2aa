import {
  integer,
  invalidParameter,
  optionalInteger,
  optionalText,
  readPageToken,
  text,
  textList,
} from '@millrace/mlflow-protocol';
import { z } from 'zod';
import type { MetricPoint, StepRange } from '../../flow/runs/metric-history.ts';

const maxRunsInBulk = 100;
const maxPointsInBulk = 25_000;
const maxPointsOfRun = 2_500;

export const metricHistory = z.object({
  run_id: optionalText,
  run_uuid: optionalText,
  metric_key: text,
  page_token: optionalText,
  max_results: optionalInteger,
});
export const metricHistoryBulk = z.object({
  run_id: textList,
  metric_key: optionalText,
  max_results: optionalInteger,
});
export const metricHistoryInterval = z.object({
  run_ids: textList,
  metric_key: text,
  start_step: optionalInteger,
  end_step: optionalInteger,
  max_results: integer
    .nullish()
    .transform((value) => value ?? maxPointsOfRun)
    .pipe(
      z
        .number()
        .min(1, `max_results must be between 1 and ${maxPointsOfRun}.`)
        .max(maxPointsOfRun, `max_results must be between 1 and ${maxPointsOfRun}.`),
    ),
});

export function checkPageSize(size: number | undefined): void {
  if (size === undefined || size > 0) return;
  throw invalidParameter(`Invalid value ${size} for parameter 'max_results' supplied. It must be a positive integer.`);
}

export function checkBulk(request: z.output<typeof metricHistoryBulk>): {
  runIds: string[];
  key: string;
  limit: number;
} {
  const { run_id: runIds, metric_key: key, max_results: limit = maxPointsInBulk } = request;
  if (runIds.length === 0) throw invalidParameter('GetMetricHistoryBulk request must specify at least one run_id.');
  if (runIds.length > maxRunsInBulk) {
    throw invalidParameter(
      `GetMetricHistoryBulk request cannot specify more than ${maxRunsInBulk} run_ids. Received ${runIds.length} run_ids.`,
    );
  }
  if (key === undefined) throw invalidParameter('GetMetricHistoryBulk request must specify a metric_key.');
  checkPageSize(limit);
  return { runIds: [...new Set(runIds)], key, limit: Math.min(limit, maxPointsInBulk) };
}

export function checkRunsOfInterval(runIds: readonly string[]): void {
  if (runIds.length === 0) {
    throw invalidParameter(
      "Missing value for required parameter 'run_ids'. See the API docs for more information about request parameters.",
    );
  }
  if (runIds.length > maxRunsInBulk) {
    throw invalidParameter(
      `GetMetricHistoryBulkInterval request must specify at most ${maxRunsInBulk} run_ids. Received ${runIds.length} run_ids.`,
    );
  }
}

export function stepRange(start: number | undefined, end: number | undefined): StepRange | undefined {
  if (start === undefined && end === undefined) return undefined;
  if (start === undefined || end === undefined) {
    throw invalidParameter('If either start step or end step are specified, both must be specified.');
  }
  if (start > end) {
    throw invalidParameter(`end_step must be greater than start_step. Found start_step=${start} and end_step=${end}.`);
  }
  return { start, end };
}

/** Whole numbers as text, so that those beyond 2^53 are kept. */
const place = z.tuple([
  z.string().regex(/^-?\d{1,19}$/),
  z.string().regex(/^-?\d{1,19}$/),
  z.union([z.number(), z.literal('NaN')]),
]);

export function placeInToken({ timestampMs, step, value }: MetricPoint): unknown {
  return [String(timestampMs), String(step), Number.isNaN(value) ? 'NaN' : value];
}

export function placeOfToken(query: unknown, token: string | undefined): MetricPoint | undefined {
  if (token === undefined || token === '') return undefined;
  const parsed = place.safeParse(readPageToken(query, token));
  if (!parsed.success) throw invalidParameter('Invalid page token: it says no place in a history');
  const [timestampMs, step, value] = parsed.data;
  return { timestampMs: whole(timestampMs), step: whole(step), value: Number(value) };
}

function whole(text: string): number | bigint {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : BigInt.asIntN(64, BigInt(text));
}
