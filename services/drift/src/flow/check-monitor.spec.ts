import { expect, test } from 'vitest';
import { faultsOfMonitor } from './check-monitor.ts';
import type { Neighbours } from './check-monitor.ts';
import type { MonitorDefinition } from './monitor.ts';

const monitor: MonitorDefinition = {
  name: 'fraud',
  endpoint: 'fraud',
  reference: { type: 'vectors', featureService: 'payments', version: 2, fromMs: 0, toMs: 1 },
  window: { type: 'time', lengthMs: 1000, graceMs: 0 },
  threshold: 0.5,
  minRows: 30,
  rules: [
    { rule: 'error-rate', above: 0.1 },
    { rule: 'ks-p-value', below: 0.05, minStatistic: 0, features: ['amount', 'score', 'amuont'] },
  ],
};

const neighbours = (features: readonly string[] | null, isDefined: boolean): Neighbours => ({
  featuresOf: () => Promise.resolve(features),
  isFeatureService: () => Promise.resolve(isDefined),
});

test('a monitor of what exists has no fault', async () => {
  expect(await faultsOfMonitor(monitor, neighbours(['amount', 'amuont'], true))).toEqual([]);
});

test('everything that does not exist is told with its path', async () => {
  const faults = await faultsOfMonitor(monitor, neighbours(['amount'], false));
  expect(faults).toEqual([
    {
      path: 'reference.featureService',
      message: 'there is no feature service "payments" at version 2: apply its definition first',
    },
    { path: 'rules[1].features[2]', message: 'the endpoint scores no feature "amuont"' },
  ]);
  expect((await faultsOfMonitor(monitor, neighbours(null, true))).map((fault) => fault.path)).toEqual(['endpoint']);
});
