import { expect, test } from 'vitest';
import { proveRealFiles } from './real-files/prove-real-files.ts';
import { ProofReport } from './run/proof-report.ts';

test('real files go through the command line and HTTP, and each score equals the same ONNX file on recomputed features', async () => {
  const report = new ProofReport(() => undefined);
  await proveRealFiles(report, { registrations: 1_500 });
  expect(report.failures).toEqual([]);
  expect(report.passed).toBeGreaterThan(12);
});
