import { expect, test } from 'vitest';
import { proveCuts } from './cuts/prove-cuts.ts';
import { ProofReport } from './run/proof-report.ts';

test('vectors equal the SQL at their cuts on every row, hindsight differs by late events only, and an altered vector is found', async () => {
  const report = new ProofReport(() => undefined);
  await proveCuts(report, { events: 1_200, partitions: 4 });
  expect(report.failures).toEqual([]);
  expect(report.passed).toBeGreaterThan(10);
});
