import { expect, it } from 'vitest';
import { latestMetrics } from './latest-metrics.ts';

it('the latest value of a metric is that of the highest step, then time, then value', () => {
  const metric = (key: string, value: number, step: number, timestamp: number) => ({ key, value, step, timestamp });
  const metrics = [
    metric('auc', 0.9, 2, 1),
    metric('auc', 0.1, 1, 9),
    metric('loss', 0.2, 0, 1),
    metric('loss', 0.1, 0, 2),
    metric('f1', 0.1, 0, 0),
    metric('f1', 0.3, 0, 0),
    metric('odd', Number.NaN, 0, 0),
  ];
  expect(latestMetrics(metrics)).toEqual({ auc: 0.9, loss: 0.1, f1: 0.3, odd: null });
});
