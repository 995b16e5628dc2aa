import { readFile } from 'node:fs/promises';
import { buildFeeds } from './build-feeds.ts';
import { openSession } from './open-session.ts';
import { readScores } from './read-scores.ts';
import type { Verdict } from './refusal.ts';
import { admitted, refused } from './refusal.ts';
import type { TrialReply, TrialReport, TrialRequest } from './trial-protocol.ts';
import { trialRows } from './trial-rows.ts';

// The process that a foreign model runs in first: its own memory, no secrets, an empty directory; one model each.
process.once('disconnect', () => process.exit(0));
process.once('message', (request) => void answer(request as TrialRequest));
process.send?.({ kind: 'ready' } satisfies TrialReply);

const fewRows = 8;

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
    const score = async (count: number): Promise<Float64Array> => {
      const outputs = await session.run(buildFeeds(inputs, trialRows(inputs, count)), [output.name]);
      const tensor = outputs[output.name];
      if (tensor === undefined) throw new Error(`the model gave no output "${output.name}"`);
      return readScores(output, tensor, count);
    };
    await score(1);
    const first = await score(fewRows);
    const second = await score(fewRows);
    if (!first.every((value, row) => Object.is(value, second[row]))) {
      return refused('INFERENCE_MODEL_TRIAL_FAILED', 'the same rows got other scores the second time');
    }
    const batchStartedMs = performance.now();
    await score(request.batchRows);
    const batchMs = performance.now() - batchStartedMs;
    if (batchMs > request.maxBatchMs) {
      return refused(
        'INFERENCE_MODEL_TOO_SLOW',
        `${request.batchRows} rows took ${Math.round(batchMs)} ms, the limit is ${request.maxBatchMs} ms`,
      );
    }
    return admitted({ loadMs, batchMs, peakBytes: process.resourceUsage().maxRSS * 1024 });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return refused('INFERENCE_MODEL_TRIAL_FAILED', `the model failed on trial rows: ${message.slice(0, 500)}`);
  }
}
