import { describe, expect, it } from 'vitest';
import type { MetricRule } from '../rules/promotion-rules.ts';
import { boundMetrics, compareMetrics, losses } from './compare-metrics.ts';

const auc: MetricRule = { metric: 'auc', direction: 'at-least', threshold: 0.9 };
const loss: MetricRule = { metric: 'loss', direction: 'at-most', threshold: 0.2 };

describe('metrics of two versions', () => {
  it.each([
    [0.8, 0.9, auc, 'better'],
    [0.9, 0.8, auc, 'worse'],
    [0.2, 0.1, loss, 'better'],
    [0.1, 0.2, loss, 'worse'],
    [0.1, 0.1, loss, 'same'],
    [null, null, auc, 'same'],
    [null, 0.9, auc, 'changed'],
    [0.9, null, auc, 'changed'],
    [0.8, 0.9, null, 'changed'],
  ] as const)('%s and then %s under %j is %s', (before, now, rule, verdict) => {
    const metric = rule?.metric ?? 'auc';
    const changes = compareMetrics({ [metric]: before }, { [metric]: now }, rule === null ? [] : [rule]);
    expect(changes).toEqual([{ metric, before, now, verdict, rule }]);
  });

  it('are compared where both were measured', () => {
    expect(compareMetrics({ a: 1, constructor: 2 }, { b: 1, toString: 2 }, [])).toEqual([]);
  });

  it('that became worse are told where the rules ask for them', () => {
    const changes = compareMetrics({ auc: 0.9, other: 1 }, { auc: 0.8, other: 0 }, [auc]);
    expect(losses(changes)).toEqual([
      { level: 'patch', path: 'metrics.auc', text: 'is worse: 0.8, it was 0.9 (at-least 0.9 is required)' },
    ]);
  });

  it('are kept by their number, those that the rules ask for first', () => {
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`a${index}`, index]));
    const bound = boundMetrics({ ...many, loss: 0.1 }, [loss]);
    expect(Object.keys(bound)).toHaveLength(50);
    expect(bound['loss']).toBe(0.1);
  });
});
