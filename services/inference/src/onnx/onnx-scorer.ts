import type { InferenceSession } from 'onnxruntime-node';
import { buildFeeds } from './build-feeds.ts';
import type { ModelPlan } from './model-plan.ts';
import { openSession } from './open-session.ts';
import { readScores } from './read-scores.ts';
import { trialRows } from './trial-rows.ts';
import type { VectorRow } from './vector-row.ts';

/** Scores of a batch. A row that failed has NaN as its score and its reason in `errors`. */
export interface ScoredRows {
  readonly scores: Float64Array;
  readonly errors: ReadonlyMap<number, string>;
}

const warmUpRuns = 3;

/** One loaded model. Runs of one scorer are serial; each blocks the event loop for about 2.5 us a row. */
export class OnnxScorer {
  readonly #session: InferenceSession;
  readonly #plan: ModelPlan;
  readonly #fetches: string[];
  #running = 0;
  #retired = false;

  private constructor(session: InferenceSession, plan: ModelPlan) {
    this.#session = session;
    this.#plan = plan;
    // Asking for the label as well would cost a copy a batch for nothing.
    this.#fetches = [plan.output.name];
  }

  /** Loads the model and runs it until its first real batch is not its slowest. */
  static async load(bytes: Uint8Array, plan: ModelPlan, warmUpBatch: number): Promise<OnnxScorer> {
    const scorer = new OnnxScorer(await openSession(bytes), plan);
    for (let run = 0; run < warmUpRuns; run++) await scorer.score(trialRows(plan.inputs, warmUpBatch));
    return scorer;
  }

  async score(rows: readonly VectorRow[]): Promise<ScoredRows> {
    const scores = new Float64Array(rows.length);
    const errors = new Map<number, string>();
    this.#running += 1;
    try {
      await this.#scoreRange(rows, 0, { scores, errors });
    } finally {
      this.#running -= 1;
      if (this.#retired) await this.#releaseWhenIdle();
    }
    return { scores, errors };
  }

  /** Frees the native session once the runs in flight are done. */
  async retire(): Promise<void> {
    if (this.#retired) return;
    this.#retired = true;
    await this.#releaseWhenIdle();
  }

  async #releaseWhenIdle(): Promise<void> {
    if (this.#running === 0) await this.#session.release();
  }

  /** A batch that fails is halved until the rows that fail stand alone, so one odd row spoils no other. */
  async #scoreRange(
    rows: readonly VectorRow[],
    start: number,
    into: { readonly scores: Float64Array; readonly errors: Map<number, string> },
  ): Promise<void> {
    try {
      const outputs = await this.#session.run(buildFeeds(this.#plan.inputs, rows), this.#fetches);
      const scores = readScores(this.#plan.output, outputs, rows.length);
      into.scores.set(scores, start);
      for (let row = 0; row < scores.length; row++) {
        if (!Number.isFinite(scores[row])) fail(into, start + row, `the model's score is ${String(scores[row])}`);
      }
    } catch (error) {
      if (rows.length === 1) {
        fail(into, start, error instanceof Error ? error.message : String(error));
        return;
      }
      const half = rows.length >> 1;
      await this.#scoreRange(rows.slice(0, half), start, into);
      await this.#scoreRange(rows.slice(half), start + half, into);
    }
  }
}

const maxErrorLength = 500;

function fail(
  into: { readonly scores: Float64Array; readonly errors: Map<number, string> },
  row: number,
  message: string,
): void {
  into.scores[row] = Number.NaN;
  into.errors.set(row, message.slice(0, maxErrorLength));
}
