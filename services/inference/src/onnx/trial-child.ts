import { rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { buildFeeds } from './build-feeds.ts';
import { openSession } from './open-session.ts';
import { OutputShapeError, readScores } from './read-scores.ts';
import type { Verdict } from './refusal.ts';
import { admitted, refused } from './refusal.ts';
import type { TrialReply, TrialReport, TrialRequest } from './trial-protocol.ts';
import type { ModelPlan } from './model-plan.ts';
import { constantRow, trialRows } from './trial-rows.ts';
import type { VectorRow } from './vector-row.ts';

const [folder] = process.argv.slice(2) as [string];

// The process that a foreign model runs in first: its own memory, no secrets, an empty directory; one model each.
process.once('disconnect', leave);
// It may have been killed while this process loaded its modules, when nobody heard of it.
if (!process.connected) leave();
process.once('message', (request) => void answer(request as TrialRequest));
process.send?.({ kind: 'ready' } satisfies TrialReply, (error: Error | null) => {
  if (error !== null) leave();
});

/** A service that was killed cannot take its folder away. */
function leave(): void {
  rmSync(folder, { recursive: true, force: true });
  process.exit(0);
}

const fewRows = 8;
/** What the runtime says of a string that an encoder was not trained with. */
const unknownValue = /unknown category/i;

async function answer(request: TrialRequest): Promise<void> {
  const verdict = await tryModel(request);
  const reply: TrialReply = verdict.ok
    ? { kind: 'passed', report: verdict.value }
    : { kind: 'refused', refusal: verdict.refusal };
  // The parent ends this process when it has read the verdict: a process that ends itself can lose its last message.
  process.send?.(reply);
}

async function tryModel(request: TrialRequest): Promise<Verdict<TrialReport>> {
  try {
    const startedMs = performance.now();
    const session = await openSession(await readFile(request.modelFile));
    const loadMs = performance.now() - startedMs;
    if (loadMs > request.maxLoadMs) {
      return refused(
        'INFERENCE_MODEL_TOO_SLOW',
        `loading took ${Math.round(loadMs)} ms, the limit is ${request.maxLoadMs} ms`,
      );
    }
    const { inputs, output } = request.plan;
    const score = async (rows: readonly VectorRow[]): Promise<Float64Array> => {
      const outputs = await session.run(buildFeeds(inputs, rows), [output.name]);
      return readScores(output, outputs, rows.length);
    };
    const rows = await scorableRows(request.plan, score);
    if (!rows.ok) return rows;
    const cost = () => ({ loadMs, peakBytes: process.resourceUsage().maxRSS * 1024 });
    if (rows.value.length === 0) return admitted({ ...cost(), batchMs: 0 });
    const first = await score(rows.value);
    const second = await score(rows.value);
    if (!first.every((value, row) => Object.is(value, second[row]))) {
      return refused('INFERENCE_MODEL_TRIAL_FAILED', 'the same rows got other scores the second time');
    }
    const batch = Array.from({ length: request.batchRows }, (_, row) => rows.value[row % rows.value.length]);
    const batchStartedMs = performance.now();
    await score(batch.filter((row) => row !== undefined));
    const batchMs = performance.now() - batchStartedMs;
    if (batchMs > request.maxBatchMs) {
      return refused(
        'INFERENCE_MODEL_TOO_SLOW',
        `${request.batchRows} rows took ${Math.round(batchMs)} ms, the limit is ${request.maxBatchMs} ms`,
      );
    }
    return admitted({ ...cost(), batchMs });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return refused('INFERENCE_MODEL_TRIAL_FAILED', `the model failed on trial rows: ${message.slice(0, 500)}`);
  }
}

/**
 * Those of the made-up rows that the model scores. That it fails on others says nothing: a made-up row may be none that
 * it can know, and a row that fails later fails alone. One that fails on all of them is refused, unless it says that it
 * is the values.
 */
async function scorableRows(
  { inputs }: ModelPlan,
  score: (rows: readonly VectorRow[]) => Promise<Float64Array>,
): Promise<Verdict<readonly VectorRow[]>> {
  const rows: VectorRow[] = [];
  let fault = '';
  for (const row of [...trialRows(inputs, fewRows), constantRow(inputs, 0), constantRow(inputs, Number.NaN)]) {
    try {
      await score([row]);
      rows.push(row);
    } catch (error) {
      if (error instanceof OutputShapeError) throw error;
      fault = error instanceof Error ? error.message : String(error);
    }
  }
  if (rows.length > 0 || unknownValue.test(fault)) return admitted(rows);
  return refused('INFERENCE_MODEL_TRIAL_FAILED', `the model failed on every trial row: ${fault.slice(0, 500)}`);
}
