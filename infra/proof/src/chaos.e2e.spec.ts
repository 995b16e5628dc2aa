import { privateStack, serverNames, type PrivateStack } from '@millrace/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ProofReport } from './run/proof-report.ts';
import { proveChaos } from './chaos/prove-chaos.ts';

let stack: PrivateStack;

beforeAll(async () => {
  stack = await privateStack(serverNames);
});

afterAll(async () => {
  await stack?.remove();
});

// The full size, at all points and for longer: npm run proof -- chaos
it('a stream of which everything is killed or frozen once loses and doubles nothing', async () => {
  const report = new ProofReport(() => undefined);
  await proveChaos({
    report,
    servers: stack.servers,
    seed: 1,
    events: 600,
    ratePerSecond: 30,
    rounds: 1,
    points: ['features.after-publish', 'features.history-after-insert', 'inference.after-publish'],
    stopMerges: true,
  });
  expect(report.failures).toEqual([]);
  expect(report.passed).toBeGreaterThan(8);
}, 600_000);
