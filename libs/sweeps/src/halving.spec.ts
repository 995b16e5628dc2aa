import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cohortSize, goesOn, isPromoted, promotedOf, ranked, rungsOf, type Arrival, type Halving } from './halving.ts';
import type { PastTrial } from './past-trial.ts';
import { seededRandom } from './random.ts';
import type { Params, SearchSpace } from './search-space.ts';
import { suggest, type Method } from './suggest.ts';

const by = { reduction: 3, goal: 'minimise' } as const;
const halving: Halving = { rule: 'asha-stopping', minSteps: 1, maxSteps: 27, reduction: 3 };

describe('rungs', () => {
  it('lie between the first steps and a whole trial, each at so many times the steps of the one before', () => {
    expect(rungsOf(halving)).toEqual([1, 3, 9]);
    expect(rungsOf({ ...halving, minSteps: 4, maxSteps: 40, reduction: 2 })).toEqual([4, 8, 16, 32]);
    expect(rungsOf({ ...halving, minSteps: 27 })).toEqual([]);
    expect(cohortSize(halving)).toBe(27);
  });
});

const arrivals = fc
  .array(fc.option(fc.double({ noNaN: true })), { minLength: 1, maxLength: 40 })
  .map((values) => values.map((value, number): Arrival => ({ number, value })));

describe('of those that came to a rung', () => {
  it('as many are promoted as have a better or equal place in the ranking, never what is no number', () => {
    fc.assert(
      fc.property(arrivals, fc.constantFrom('minimise', 'maximise'), (all, goal) => {
        const promoted = all.filter((one) => isPromoted(one, all, { reduction: 3, goal }));
        const best = ranked(all, goal).slice(0, promotedOf(all.length, 3));
        expect(promoted.map(({ number }) => number).toSorted((a, b) => a - b)).toEqual(
          best
            .filter(({ value }) => value !== null)
            .map(({ number }) => number)
            .toSorted((a, b) => a - b),
        );
      }),
      { seed: 3 },
    );
  });

  it('the best goes on while there are few, and nothing that is no number', () => {
    const one = { number: 0, value: 5 };
    expect(goesOn(one, [one], by)).toBe(true);
    expect(goesOn(one, [one, { number: 1, value: 4 }], by)).toBe(false);
    expect(goesOn({ number: 0, value: null }, [{ number: 0, value: null }], by)).toBe(false);
    expect(isPromoted(one, [one], by)).toBe(false);
  });
});

describe('a search that stops bad trials early', () => {
  const budget = 270;
  const space: SearchSpace = [
    { name: 'rate', kind: 'log-uniform', low: 1e-5, high: 1 },
    { name: 'size', kind: 'uniform', low: 0, high: 10 },
    { name: 'noise', kind: 'uniform', low: 0, high: 1 },
  ];
  /** A learning curve: it falls to what the params are worth, faster or slower, with some noise. */
  function loss(params: Params, step: number, seed: number): number {
    const worth =
      (Math.log10(Number(params['rate'])) + 2) ** 2 + (Number(params['size']) - 7) ** 2 / 5 + Number(params['noise']);
    const noise = seededRandom(seed, step, Math.floor(worth * 1e6))() - 0.5;
    return worth + 5 * Math.exp((-step * (1 + Number(params['noise']))) / 6) + noise * 0.2;
  }

  function search(method: Method, seed: number, stops: boolean): number {
    const past: PastTrial[] = [];
    const rungs = rungsOf(halving).map((steps) => ({ steps, arrivals: [] as Arrival[] }));
    for (let spent = 0; spent < budget;) {
      const params = suggest({ space, method, seed, goal: 'minimise' }, past) ?? {};
      let [step, value, isStopped] = [0, 0, false];
      while (step < halving.maxSteps && !isStopped && spent < budget) {
        step += 1;
        spent += 1;
        value = loss(params, step, seed);
        const rung = rungs.find(({ steps }) => steps === step);
        if (!stops || rung === undefined) continue;
        const own = { number: past.length, value };
        rung.arrivals.push(own);
        isStopped = !goesOn(own, rung.arrivals, by);
      }
      past.push({ params, state: step === halving.maxSteps ? 'complete' : 'stopped', value, step });
    }
    return Math.min(...past.filter(({ state }) => state === 'complete').map(({ value }) => value ?? Infinity));
  }

  it.each<Method>([{ kind: 'random' }, { kind: 'tpe', startup: 10, candidates: 24 }])(
    'with $kind points finds better ones than random search in as many steps',
    (method) => {
      const seeds = Array.from({ length: 48 }, (_, i) => i);
      // Other draws: the same ones would make the first points of both searches the same.
      const found = seeds.map(
        (seed) => [search(method, seed, true), search({ kind: 'random' }, seed + 1000, false)] as const,
      );
      const wins = found.filter(([ours, others]) => ours < others).length;
      const sum = (side: 0 | 1): number => found.reduce((total, pair) => total + pair[side], 0);
      // 33 or more of 48 have a probability of 1 in 150 when neither is better.
      expect(wins).toBeGreaterThanOrEqual(33);
      expect(sum(0)).toBeLessThan(sum(1));
    },
  );
});
