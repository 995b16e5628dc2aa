import { parseRequest, problemOf } from '@millrace/service-kit';
import { describe, expect, it } from 'vitest';
import type { SweepDefinition } from '../../flow/sweeps/sweep.ts';
import { createSweep, definitionOf, finish, report } from './sweep-requests.ts';

const sweep = {
  name: 'rates',
  experiment: 'e',
  space: { rate: { kind: 'log-uniform', low: 1e-4, high: 1 } },
  metric: { name: 'loss' },
  budget: { trials: 10 },
};
const read = (body: object): SweepDefinition => definitionOf(parseRequest(createSweep, { ...sweep, ...body }), '7');

function problemIn(act: () => unknown) {
  try {
    act();
  } catch (error) {
    return problemOf(error, {});
  }
  throw new Error('it was accepted');
}

describe('the definition of a sweep', () => {
  it('needs little', () => {
    expect(read({})).toEqual({
      name: 'rates',
      experimentId: '7',
      method: { kind: 'tpe', startup: 10, candidates: 24 },
      space: [{ name: 'rate', kind: 'log-uniform', low: 1e-4, high: 1 }],
      metric: 'loss',
      goal: 'minimise',
      seed: 0,
      maxTrials: 10,
      maxTotalSteps: null,
      earlyStop: null,
      maxParallel: 100,
      leaseMs: 120_000,
      maxAttempts: 3,
    });
  });

  it('has as many trials as its grid has points, or fewer', () => {
    const grid = { method: { kind: 'grid' }, space: { a: { kind: 'int', low: 1, high: 4 } } };
    expect(read({ ...grid, budget: {} }).maxTrials).toBe(4);
    expect(read({ ...grid, budget: { trials: 3 } }).maxTrials).toBe(3);
    expect(read({ ...grid, budget: { trials: 30 } }).maxTrials).toBe(4);
  });

  it.each<[string, object, string]>([
    ['no budget', { budget: {} }, 'budget'],
    ['an unknown field', { budgets: {} }, 'budgets'],
    ['an empty space', { space: {} }, 'space'],
    ['a name that MLflow refuses', { space: { 'a\nb': { kind: 'constant', value: 1 } } }, 'space.a\nb'],
    ['a metric that MLflow refuses', { metric: { name: '../loss' } }, 'metric.name'],
    ['a kind that is none', { space: { a: { kind: 'normal' } } }, 'space.a.kind'],
    ['bounds in the wrong order', { space: { a: { kind: 'uniform', low: 1, high: 0 } } }, 'space.a.high'],
    ['bounds that are no numbers', { space: { a: { kind: 'uniform', low: '0', high: 1 } } }, 'space.a.low'],
    ['a rule that never judges', { earlyStop: { minSteps: 9, maxSteps: 9 } }, 'earlyStop.minSteps'],
    ['a seed that is not exact', { seed: 2 ** 60 }, 'seed'],
    [
      'a grid of a parameter with too many values',
      { method: { kind: 'grid' }, space: { a: { kind: 'int', low: 0, high: 1e9 } } },
      'space.a',
    ],
    [
      'a grid with too many points',
      {
        method: { kind: 'grid' },
        budget: {},
        space: { a: { kind: 'int', low: 0, high: 999 }, b: { kind: 'int', low: 0, high: 999 } },
      },
      'space',
    ],
  ])('with %s is refused, and the field named', (_, body, path) => {
    const { status, code, faults, detail } = problemIn(() => read(body));
    expect([status, code]).toEqual([400, 'REQUEST_INVALID']);
    expect(faults.map((fault) => fault.path)).toContain(path);
    expect(detail).toContain(path);
  });

  it('is refused with all its faults at once', () => {
    const space = { a: { kind: 'uniform', low: 1, high: 0 }, b: { kind: 'log-uniform', low: 0, high: 1 } };
    expect(problemIn(() => read({ space, budget: {} })).faults.map(({ path }) => path)).toEqual([
      'space.a.high',
      'space.b.low',
      'budget',
    ]);
  });
});

describe('a report', () => {
  it('says with null that the value is no number', () => {
    expect(parseRequest(report, { lease: 'l', step: 1, value: null })).toEqual({ lease: 'l', step: 1, value: null });
    expect(parseRequest(finish, { lease: 'l', value: 2 })).toEqual({ lease: 'l', value: 2, step: null });
  });

  it.each([
    [{ lease: 'l', step: 1 }, 'value'],
    [{ lease: 'l', step: 0, value: 1 }, 'step'],
    [{ lease: 'l', step: 1, value: 'NaN' }, 'value'],
    [{ step: 1, value: 1 }, 'lease'],
  ])('%j is refused', (body, path) => {
    expect(problemIn(() => parseRequest(report, body)).faults.map((fault) => fault.path)).toEqual([path]);
  });
});
