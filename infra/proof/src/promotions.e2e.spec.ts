import { expect, it } from 'vitest';
import { ProofReport } from './run/proof-report.ts';
import { provePromotions } from './promotions/prove-promotions.ts';

// The full size, and how soon a swap is seen: npm run proof -- promotions
it('promotions under load lose and double nothing, and subscribers that are killed handle each once', async () => {
  const report = new ProofReport(() => undefined);
  await provePromotions(report, { seed: 1, promotions: 6, payments: 20_000, ratePerSecond: 60, swapWithinMs: null });
  expect(report.failures).toEqual([]);
  expect(report.passed).toBeGreaterThan(12);
});
