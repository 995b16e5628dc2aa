import { expect, test } from 'vitest';
import { proveCandidate } from './candidate/prove-candidate.ts';
import { ProofReport } from './run/proof-report.ts';

test('a candidate event is told over REST the features and the score that it gets when it is streamed next', async () => {
  const report = new ProofReport(() => undefined);
  await proveCandidate(report, { history: 600, candidates: 200 });
  expect(report.failures).toEqual([]);
  expect(report.passed).toBeGreaterThan(4);
});
