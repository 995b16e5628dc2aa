import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PaymentFeed } from '../payments/payment-feed.ts';
import { PredictionLedger, type KeptPrediction } from '../run/prediction-ledger.ts';
import type { ProofPlatform } from '../run/proof-platform.ts';
import type { Swap } from './promote-under-load.ts';

const rowsPerVersion = 100;
const longestWaitMs = 120_000;

/** None lost, none doubled, each by the version that it names, and that the one in charge. */
export async function verifyPredictions(
  platform: ProofPlatform,
  {
    feed,
    swaps,
    folder,
    swapWithinMs,
  }: { feed: PaymentFeed; swaps: readonly Swap[]; folder: string; swapWithinMs: number | null },
): Promise<void> {
  const { report } = platform;
  const ledger = new PredictionLedger(platform.bus);
  for (const until = Date.now() + longestWaitMs; ledger.size < feed.sent && Date.now() < until; await sleep(200)) {
    await ledger.readOn();
  }
  report.equal(ledger.size, feed.sent, 'payments that have a prediction');
  report.equal(ledger.records, feed.sent, 'records of predictions');
  const predictions = [...ledger.values()];
  report.equal(predictions.filter(({ status }) => status !== 'ok').length, 0, 'predictions without a score');
  report.equal(goesBack(predictions), 0, 'predictions by an older version than the one before them in their partition');
  const made = new Set(predictions.map(({ modelVersion }) => modelVersion));
  report.equal(made.size, swaps.length, 'versions that made predictions');
  verifySwaps(platform, { predictions, swaps, swapWithinMs });
  await verifyScores(platform, predictions, path.join(folder, 'scores.jsonl'));
}

function goesBack(predictions: readonly KeptPrediction[]): number {
  const newest = new Map<number, number>();
  let back = 0;
  for (const { sourcePartition, modelVersion } of predictions) {
    const version = Number(modelVersion);
    if (version < (newest.get(sourcePartition) ?? 0)) back += 1;
    newest.set(sourcePartition, version);
  }
  return back;
}

function verifySwaps(
  { report }: ProofPlatform,
  {
    predictions,
    swaps,
    swapWithinMs,
  }: { predictions: readonly KeptPrediction[]; swaps: readonly Swap[]; swapWithinMs: number | null },
): void {
  const firstAtMs = new Map<string, number>();
  for (const { modelVersion, scoredAtMs } of predictions) {
    firstAtMs.set(modelVersion, Math.min(firstAtMs.get(modelVersion) ?? Number.POSITIVE_INFINITY, scoredAtMs));
  }
  // The first version was in charge before there was load.
  const delays = swaps
    .slice(1)
    .map(({ version, askedAtMs }) => (firstAtMs.get(version) ?? Number.POSITIVE_INFINITY) - askedAtMs)
    .sort((a, b) => a - b);
  const [median, longest] = [delays[delays.length >> 1] ?? Number.NaN, delays.at(-1) ?? Number.NaN];
  report.say(
    `from the request to promote to the first prediction of the version: median ${median} ms, longest ${longest} ms`,
  );
  if (swapWithinMs !== null)
    report.check(longest < swapWithinMs, `each swap is visible within ${swapWithinMs} ms`, `longest ${longest} ms`);
}

/** With the file of the version that each prediction names, in Python's onnxruntime. */
async function verifyScores(
  platform: ProofPlatform,
  predictions: readonly KeptPrediction[],
  file: string,
): Promise<void> {
  const taken = new Map<string, number>();
  const sample = predictions.filter(({ modelVersion }) => {
    const count = taken.get(modelVersion) ?? 0;
    taken.set(modelVersion, count + 1);
    return count < rowsPerVersion;
  });
  writeFileSync(
    file,
    sample.map(({ artifactHash, numbers, score }) => JSON.stringify({ artifactHash, numbers, score })).join('\n'),
  );
  const { rows, wrong } = (await platform.python('score_offline.py', { file })) as { rows: number; wrong: number };
  platform.report.check(
    rows === sample.length && wrong === 0,
    'scores equal those of the named version, computed offline',
    `${wrong} of ${rows} differ`,
  );
}
