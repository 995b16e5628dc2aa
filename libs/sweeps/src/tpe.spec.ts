import { describe, expect, it } from 'vitest';
import type { Goal, PastTrial } from './past-trial.ts';
import type { Params, SearchSpace } from './search-space.ts';
import { suggest, type Method } from './suggest.ts';

interface Problem {
  readonly space: SearchSpace;
  readonly goal: Goal;
  readonly evaluate: (params: Params) => number;
}

const uniform = (name: string, low: number, high: number) => ({ name, kind: 'uniform', low, high }) as const;
const at = (params: Params, name: string): number => Number(params[name]);

const problems: Readonly<Record<string, Problem>> = {
  Branin: {
    goal: 'minimise',
    space: [uniform('x', -5, 10), uniform('y', 0, 15)],
    evaluate(params) {
      const [x, y] = [at(params, 'x'), at(params, 'y')];
      return (
        (y - (5.1 * x * x) / (4 * Math.PI ** 2) + (5 * x) / Math.PI - 6) ** 2 +
        10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) +
        10
      );
    },
  },
  'a bowl of five dimensions, to be maximised': {
    goal: 'maximise',
    space: ['a', 'b', 'c', 'd', 'e'].map((name) => uniform(name, -5, 5)),
    evaluate: (params) => -Object.values(params).reduce((sum: number, x, i) => sum + (Number(x) - i + 2) ** 2, 0),
  },
  'a network with rates on a logarithmic scale, whole numbers and conditions': {
    goal: 'minimise',
    space: [
      { name: 'rate', kind: 'log-uniform', low: 1e-5, high: 1 },
      { name: 'layers', kind: 'int', low: 1, high: 10, step: 1, scale: 'linear' },
      { name: 'width', kind: 'int', low: 16, high: 512, step: 16, scale: 'log' },
      { name: 'optimiser', kind: 'categorical', choices: ['sgd', 'adam', 'lamb'] },
      { ...uniform('momentum', 0, 1), when: { parameter: 'optimiser', in: ['sgd'] } },
      { name: 'dropout', kind: 'quantised', low: 0, high: 0.5, step: 0.05, scale: 'linear' },
    ],
    evaluate(params) {
      const optimiser = params['optimiser'] === 'sgd' ? (at(params, 'momentum') - 0.9) ** 2 : 0.5;
      const rate = (Math.log10(at(params, 'rate')) + 2.5) ** 2;
      const size = ((at(params, 'layers') - 4) / 3) ** 2 + Math.log2(at(params, 'width') / 128) ** 2;
      return optimiser + rate + size + 10 * (at(params, 'dropout') - 0.2) ** 2;
    },
  },
};

const evaluations = 60;
const seeds = Array.from({ length: 24 }, (_, i) => i);

function bestOf({ space, goal, evaluate }: Problem, method: Method, seed: number): number {
  const past: PastTrial[] = [];
  for (let i = 0; i < evaluations; i++) {
    const params = suggest({ space, goal, seed, method }, past) ?? {};
    past.push({ params, state: 'complete', value: evaluate(params), step: 1 });
  }
  const values = past.map(({ value }) => value ?? NaN);
  return goal === 'minimise' ? Math.min(...values) : Math.max(...values);
}

const tpe: Method = { kind: 'tpe', startup: 10, candidates: 24 };

describe('TPE', () => {
  it.each(Object.entries(problems))(
    'finds better points than random search in as many evaluations: %s',
    (_, problem) => {
      const sign = problem.goal === 'minimise' ? 1 : -1;
      const found = seeds.map(
        (seed) => [sign * bestOf(problem, tpe, seed), sign * bestOf(problem, { kind: 'random' }, seed)] as const,
      );
      const wins = found.filter(([ours, others]) => ours < others).length;
      const sum = (side: 0 | 1): number => found.reduce((total, pair) => total + pair[side], 0);
      // 18 or more of 24 have a probability of 1 in 90 when neither is better.
      expect(wins).toBeGreaterThanOrEqual(18);
      expect(sum(0)).toBeLessThan(sum(1));
    },
  );

  const space: SearchSpace = [uniform('x', 0, 1)];
  const ended = (x: number, value: number | null, state: PastTrial['state'] = 'complete'): PastTrial => ({
    params: { x },
    state,
    value,
    step: 1,
  });
  const next = (past: PastTrial[], seed: number): number =>
    at(suggest({ space, goal: 'minimise', seed, method: { ...tpe, startup: 5 } }, past) ?? {}, 'x');
  const mean = (past: PastTrial[]): number => seeds.reduce((sum, seed) => sum + next(past, seed), 0) / seeds.length;
  const bowl = Array.from({ length: 20 }, (_, i) => ended(i / 20, Math.abs(i / 20 - 0.2)));

  it('searches where the good trials are', () => {
    expect(Math.abs(mean(bowl) - 0.2)).toBeLessThan(0.1);
  });

  it('takes what is no number for a bad result, and not for a good one', () => {
    const broken = bowl.map((trial) => (at(trial.params, 'x') < 0.5 ? { ...trial, value: null } : trial));
    expect(mean(broken)).toBeGreaterThan(0.4);
  });

  it('keeps away from trials that failed', () => {
    const failures = Array.from({ length: 30 }, (_, i) => ended(0.15 + i / 300, null, 'failed'));
    const near = (past: PastTrial[]): number => seeds.filter((seed) => Math.abs(next(past, seed) - 0.2) < 0.05).length;
    expect(near([...bowl, ...failures])).toBeLessThan(near(bowl) / 2);
  });

  it('gives workers that ask at the same time different points', () => {
    const past = [...bowl];
    for (let i = 0; i < 10; i++) past.push({ ...ended(next(past, 0), null, 'running'), step: 0 });
    expect(new Set(past.slice(20).map(({ params }) => params['x'])).size).toBe(10);
  });

  it('trusts whole trials more than those that were stopped early', () => {
    const stopped = Array.from({ length: 20 }, (_, i) => ended(0.7 + i / 100, -1, 'stopped'));
    expect(Math.abs(mean([...bowl, ...stopped]) - 0.2)).toBeLessThan(0.2);
  });

  it('learns nothing of a parameter from trials without it, whatever its name', () => {
    const choices = ['a', 'b'];
    const named = (name: string): SearchSpace => [{ name, kind: 'categorical', choices }];
    const points = (name: string): unknown[] =>
      seeds.map((seed) => {
        const past = Array.from({ length: 9 }, (_, i) => ({ ...ended(i, i), params: { other: i } }));
        return suggest({ space: named(name), goal: 'minimise', seed, method: { ...tpe, startup: 1 } }, past)?.[name];
      });
    expect(points('constructor')).toEqual(points('c'));
  });

  it('draws at random until enough trials have ended', () => {
    const running = Array.from({ length: 20 }, (_, i) => ended(i / 20, null, 'running'));
    const random = suggest({ space, goal: 'minimise', seed: 1, method: { kind: 'random' } }, running);
    expect(suggest({ space, goal: 'minimise', seed: 1, method: { ...tpe, startup: 1 } }, running)).toEqual(random);
  });
});
