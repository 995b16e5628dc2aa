import { invalidParameter } from '@millrace/mlflow-protocol';
import type { LiveRuns } from './live-runs.ts';
import type { RunHistory } from './ports.ts';
import type { RunFact } from './run-facts.ts';
import { notFound } from './write-refusals.ts';
import { samplePoints } from './sample-points.ts';

export interface SampledHistoriesRequest {
  readonly runIds: readonly string[];
  readonly key: string;
  readonly startStep: number | undefined;
  readonly endStep: number | undefined;
  readonly maxResults: number;
}

/** Longer histories are thinned out of their first points only. */
const longest = 1_000_000;

/** Points of one metric of several runs, thinned out for a chart. */
export class SampledHistories {
  readonly #live: LiveRuns;
  readonly #history: RunHistory;

  constructor(live: LiveRuns, history: RunHistory) {
    this.#live = live;
    this.#history = history;
  }

  async run({
    runIds,
    key,
    startStep,
    endStep,
    maxResults,
  }: SampledHistoriesRequest): Promise<{ runId: string; point: RunFact }[]> {
    if ((startStep === undefined) !== (endStep === undefined))
      throw invalidParameter('If either start step or end step are specified, both must be specified.');
    if (startStep !== undefined && endStep !== undefined && startStep > endStep)
      throw invalidParameter(
        `end_step must be greater than start_step. Found start_step=${startStep} and end_step=${endStep}.`,
      );
    const found: { runId: string; point: RunFact }[] = [];
    for (const runId of runIds) {
      if ((await this.#live.get('run', runId)) === null) throw notFound('run', runId);
      await this.#live.untilStoredOf(runId);
      const points = await this.#history.metricHistory({ runId, key, limit: longest, offset: 0 });
      const within = points
        .filter(({ step }) => step >= (startStep ?? -Infinity) && step <= (endStep ?? Infinity))
        .sort((a, b) => a.step - b.step || a.timestampMs - b.timestampMs || a.number - b.number);
      for (const point of samplePoints(within, maxResults)) found.push({ runId, point });
    }
    return found;
  }
}
