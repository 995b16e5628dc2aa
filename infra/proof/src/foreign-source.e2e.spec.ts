import { expect, test } from 'vitest';
import { proveForeignSource } from './foreign-source/prove-foreign-source.ts';
import { ProofReport } from './run/proof-report.ts';

test('a topic of a Python producer gives one vector and one prediction an event, equal to a recomputation in Python', async () => {
  const report = new ProofReport(() => undefined);
  await proveForeignSource(report, { before: 600, after: 600, partitions: 4 });
  expect(report.failures).toEqual([]);
  expect(report.passed).toBeGreaterThan(5);
});
