import { expect, onTestFailed, test } from 'vitest';
import { proveRealFiles } from './real-files/prove-real-files.ts';
import { ProofReport } from './run/proof-report.ts';

test('real files go through the command line and HTTP, and each score equals the same ONNX file on recomputed features', async () => {
  const startedMs = performance.now();
  const said: string[] = [];
  const report = new ProofReport((line) =>
    said.push(`${Math.round((performance.now() - startedMs) / 1000)} s  ${line}`),
  );
  // Also where the test as a whole has taken too long: the last line is where it stood.
  onTestFailed(() => console.error(said.join('\n')));
  await proveRealFiles(report, { registrations: 900, patienceMs: 90_000 });
  expect(report.failures).toEqual([]);
  expect(report.passed).toBeGreaterThan(12);
});
