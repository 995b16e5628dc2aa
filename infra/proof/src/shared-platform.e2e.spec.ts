import { afterAll, beforeAll, expect, onTestFailed, test } from 'vitest';
import { proveCandidate } from './candidate/prove-candidate.ts';
import { proveForeignSource } from './foreign-source/prove-foreign-source.ts';
import { proveRealFiles } from './real-files/prove-real-files.ts';
import { platformServices, ProofPlatform } from './run/proof-platform.ts';
import { ProofReport } from './run/proof-report.ts';

// Proofs that take nothing away share one platform, as users would: each has topics, models and endpoints of its own. The
// first counts the predictions of the whole platform.
let platform: ProofPlatform;

beforeAll(async () => {
  platform = await ProofPlatform.start(new ProofReport(() => undefined), platformServices);
});

afterAll(() => platform?.[Symbol.asyncDispose]());

/** Everything that was claimed holds, and there were more claims than `atLeast`. */
async function holds(prove: (platform: ProofPlatform) => Promise<void>, atLeast: number): Promise<void> {
  const startedMs = performance.now();
  const said: string[] = [];
  const report = new ProofReport((line) =>
    said.push(`${Math.round((performance.now() - startedMs) / 1000)} s  ${line}`),
  );
  // Also where the test as a whole has taken too long: the last line is where it stood.
  onTestFailed(() => console.error(said.join('\n')));
  await prove(platform.reportingTo(report));
  expect(report.failures).toEqual([]);
  expect(report.passed).toBeGreaterThan(atLeast);
}

test('a topic of a Python producer gives one vector and one prediction an event, equal to a recomputation in Python', () =>
  holds((shared) => proveForeignSource(shared, { before: 600, after: 600, partitions: 4 }), 5));

test('real files go through the command line and HTTP, and each score equals the same ONNX file on recomputed features', () =>
  holds((shared) => proveRealFiles(shared, { registrations: 900, patienceMs: 90_000 }), 12));

test('a candidate event is told over REST the features and the score that it gets when it is streamed next', () =>
  holds((shared) => proveCandidate(shared, { history: 600, candidates: 200 }), 4));
