import { CodedError } from '@millrace/service-kit';
import type { LiveRuns } from '../runs/live-runs.ts';
import type { RunHistory } from '../ports.ts';
import { RunHead } from '../runs/run-head.ts';
import { differences, type Differences } from './differences.ts';
import type { ComparedPoints, SampledPoint } from './ports.ts';

export interface ComparisonRequest {
  readonly runIds: readonly string[];
  /** Metrics of which the histories are wanted. */
  readonly histories: readonly string[];
  /** At most so many of each history. */
  readonly points: number;
}

export interface ComparedMetric {
  /** One for each run, in their order; null for a run that has none. NaN is a value. */
  readonly latest: readonly (number | null)[];
  readonly min: readonly (number | null)[];
  readonly max: readonly (number | null)[];
}

export interface Comparison {
  readonly runs: readonly RunHead[];
  readonly params: Differences;
  readonly tags: Differences;
  readonly metrics: ReadonlyMap<string, ComparedMetric>;
  /** Histories as they are read: a few runs at a time. */
  readonly histories: AsyncGenerator<{ readonly key: string; readonly points: readonly SampledPoint[] }, void, void>;
}

export const maxComparedRuns = 1000;
const maxHeadBytes = 128 << 20;
const maxCells = 500_000;
const maxPoints = 2_000_000;
const runsAtOnce = 100;

/** Compares runs, every write in them that was acknowledged before. What it takes in memory is bounded, whatever the runs hold. */
export class CompareRuns {
  readonly #live: Pick<LiveRuns, 'readUp' | 'held' | 'untilStored'>;
  readonly #history: Pick<RunHistory, 'factsOf'>;
  readonly #points: ComparedPoints;

  constructor(
    live: Pick<LiveRuns, 'readUp' | 'held' | 'untilStored'>,
    history: Pick<RunHistory, 'factsOf'>,
    points: ComparedPoints,
  ) {
    this.#live = live;
    this.#history = history;
    this.#points = points;
  }

  async compare({ runIds, histories, points }: ComparisonRequest): Promise<Comparison> {
    if (runIds.length * histories.length * points > maxPoints) {
      throw tooLarge(
        `${points} points of ${histories.length} metrics of ${runIds.length} runs are more than ${maxPoints}: ask for fewer points, metrics or runs`,
      );
    }
    await this.#live.readUp();
    await this.#live.untilStored();
    const runs = await this.#heads(runIds);
    return {
      runs,
      params: differences(runs.map((run) => new Map(run.params.map(({ key, text }) => [key, text])))),
      tags: differences(runs.map((run) => new Map(run.tags.map(({ key, text }) => [key, text])))),
      metrics: await this.#metrics(runs),
      histories: this.#histories({ runIds, histories, points }),
    };
  }

  async #heads(ids: readonly string[]): Promise<RunHead[]> {
    const heads = new Map<string, RunHead>();
    let bytes = 0;
    for (let at = 0; at < ids.length; at += runsAtOnce) {
      const some = ids.slice(at, at + runsAtOnce);
      for (const id of some) heads.set(id, this.#live.held('run', id) ?? new RunHead('run', id));
      const missing = some.filter((id) => this.#live.held('run', id) === undefined);
      const facts = missing.length === 0 ? [] : await this.#history.factsOf('run', missing);
      for (const fact of facts) heads.get(fact.id)?.fold(fact);
      for (const id of some) bytes += heads.get(id)?.bytes ?? 0;
      if (bytes > maxHeadBytes)
        throw tooLarge(
          `the first ${at + some.length} runs take more than ${maxHeadBytes} bytes: compare fewer at a time`,
        );
    }
    const runs = [...heads.values()];
    const unknown = runs.filter(({ exists }) => !exists).map(({ id }) => id);
    if (unknown.length > 0)
      throw new CodedError(
        'TRACKING_RUN_NOT_FOUND',
        `there is no run ${unknown.slice(0, 10).join(', ')}${unknown.length > 10 ? `, and ${unknown.length - 10} more of them are not there` : ''}`,
      );
    return runs;
  }

  async #metrics(runs: readonly RunHead[]): Promise<Map<string, ComparedMetric>> {
    const keys = [...new Set(runs.flatMap(({ metrics }) => metrics.map(({ key }) => key)))].sort();
    if (keys.length * runs.length > maxCells)
      throw tooLarge(
        `${keys.length} metrics of ${runs.length} runs are more than ${maxCells} values: compare fewer runs`,
      );
    const none = (): (number | null)[] => runs.map(() => null);
    const compared = new Map(keys.map((key) => [key, { latest: none(), min: none(), max: none() }]));
    const placeOf = new Map(runs.map(({ id }, index) => [id, index]));
    for (const [index, { metrics }] of runs.entries()) {
      for (const { key, number } of metrics) {
        const metric = compared.get(key);
        if (metric !== undefined) metric.latest[index] = number;
      }
    }
    for (let at = 0; at < runs.length; at += runsAtOnce) {
      for (const { runId, key, min, max } of await this.#points.ranges(
        runs.slice(at, at + runsAtOnce).map(({ id }) => id),
      )) {
        const index = placeOf.get(runId);
        const metric = compared.get(key);
        if (index === undefined || metric === undefined) continue;
        metric.min[index] = min;
        metric.max[index] = max;
      }
    }
    return compared;
  }

  async *#histories({ runIds, histories, points }: ComparisonRequest): Comparison['histories'] {
    const shares = Math.floor(points / 4);
    for (const key of histories) {
      for (let at = 0; at < runIds.length; at += runsAtOnce)
        yield { key, points: await this.#points.sampled({ runIds: runIds.slice(at, at + runsAtOnce), key, shares }) };
    }
  }
}

function tooLarge(why: string): CodedError {
  return new CodedError('TRACKING_COMPARISON_TOO_LARGE', why);
}
