import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { valuesOf } from './grid.ts';
import { isActive, type Parameter, type Params, type SearchSpace } from './search-space.ts';
import { suggest, type Method } from './suggest.ts';
import type { PastTrial } from './past-trial.ts';
import { spaces } from './spaces-for-tests.ts';

const method: fc.Arbitrary<Method> = fc.constantFrom({ kind: 'random' }, { kind: 'tpe', startup: 3, candidates: 8 });

/** Trials as the method itself gives them, with results that the test decides. */
function history(space: SearchSpace, by: { seed: number; method: Method; ends: readonly End[] }): PastTrial[] {
  const past: PastTrial[] = [];
  for (const end of by.ends) {
    const params = suggest({ space, method: by.method, seed: by.seed, goal: 'minimise' }, past) ?? {};
    past.push({ params, ...end });
  }
  return past;
}

type End = Pick<PastTrial, 'state' | 'value' | 'step'>;
const end: fc.Arbitrary<End> = fc.record({
  state: fc.constantFrom('running', 'complete', 'stopped', 'failed'),
  value: fc.option(fc.double({ noNaN: true })),
  step: fc.nat(100),
});

function holds(parameter: Parameter, value: unknown): boolean {
  if (parameter.kind === 'constant' || parameter.kind === 'categorical') {
    return valuesOf(parameter).some((one) => one === value);
  }
  if (typeof value !== 'number' || value < parameter.low || value > parameter.high) return false;
  if (!('step' in parameter)) return true;
  const steps = (value - parameter.low) / parameter.step;
  return Math.abs(steps - Math.round(steps)) < 1e-6;
}

function expectPointOf(space: SearchSpace, params: Params | null): void {
  if (params === null) throw new Error('there is always another point');
  for (const parameter of space) {
    const value = params[parameter.name];
    expect(value !== undefined, parameter.name).toBe(isActive(parameter, params));
    if (value !== undefined) expect(holds(parameter, value), `${parameter.name} = ${String(value)}`).toBe(true);
  }
  expect(Object.keys(params).length).toBeLessThanOrEqual(space.length);
}

describe('every method', () => {
  it('gives points of the space, whatever became of the trials before', () => {
    fc.assert(
      fc.property(spaces, method, fc.integer(), fc.array(end, { maxLength: 12 }), (space, kind, seed, ends) => {
        const past = history(space, { seed, method: kind, ends });
        expectPointOf(space, suggest({ space, method: kind, seed, goal: 'maximise' }, past));
      }),
      { numRuns: 200, seed: 7 },
    );
  });

  it('gives the same point for the same seed and the same trials', () => {
    fc.assert(
      fc.property(spaces, method, fc.integer(), fc.array(end, { maxLength: 12 }), (space, kind, seed, ends) => {
        const search = { space, method: kind, seed, goal: 'minimise' } as const;
        const past = history(space, { seed, method: kind, ends });
        expect(suggest(search, structuredClone(past))).toEqual(suggest(search, past));
      }),
      { numRuns: 100, seed: 8 },
    );
  });
});

describe('random search', () => {
  const draw = (space: SearchSpace, count: number): Params[] =>
    Array.from({ length: count }, (_, i) => {
      const past = Array.from({ length: i }, (): PastTrial => ({ params: {}, state: 'running', value: null, step: 0 }));
      return suggest({ space, method: { kind: 'random' }, seed: 5, goal: 'minimise' }, past) ?? {};
    });
  const share = (points: readonly Params[], test: (x: number) => boolean): number =>
    points.filter(({ x }) => test(Number(x))).length / points.length;

  it.each<[string, Parameter, (x: number) => boolean, number]>([
    ['uniform values by their differences', { name: 'x', kind: 'uniform', low: 0, high: 10 }, (x) => x < 2.5, 0.25],
    ['log-uniform ones by their ratios', { name: 'x', kind: 'log-uniform', low: 1e-4, high: 1 }, (x) => x < 1e-3, 0.25],
    [
      'the ends of whole numbers like the middle',
      { name: 'x', kind: 'int', low: 1, high: 4, step: 1, scale: 'linear' },
      (x) => x === 4,
      0.25,
    ],
    [
      'steps alike',
      { name: 'x', kind: 'quantised', low: 0, high: 0.9, step: 0.3, scale: 'linear' },
      (x) => x === 0.9,
      0.25,
    ],
    ['choices alike', { name: 'x', kind: 'categorical', choices: [1, 2, 3, 4] }, (x) => x === 2, 0.25],
  ])('draws %s', (_, parameter, test, expected) => {
    // Five deviations of a share of 0.25 in 800 draws.
    expect(Math.abs(share(draw([parameter], 800), test) - expected)).toBeLessThan(0.077);
  });

  it('draws other points for other seeds, also for ones that differ beyond 32 bits', () => {
    const space: SearchSpace = [{ name: 'x', kind: 'uniform', low: 0, high: 1 }];
    const points = [0, 1, -1, 2 ** 32, 2 ** 33 + 1].map((seed) =>
      suggest({ space, method: { kind: 'random' }, seed, goal: 'minimise' }, []),
    );
    expect(new Set(points.map((point) => point?.['x'])).size).toBe(5);
  });
});
