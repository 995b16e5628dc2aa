import { axisOf } from './axis.ts';
import { categoricalDensity, parzenDensity, type Density } from './parzen.ts';
import { compareValues, type Goal, type PastTrial } from './past-trial.ts';
import type { Random } from './random.ts';
import { randomPoint } from './random-search.ts';
import { paramsFrom, type Choice, type Parameter, type Params, type SearchSpace } from './search-space.ts';

export interface TpeOptions {
  readonly goal: Goal;
  /** Trials with a result before which points are drawn at random. */
  readonly startup: number;
  /** Draws from the good density for each parameter, of which the most promising is taken. */
  readonly candidates: number;
}

/** Share of the trials that count as good: γ of Bergstra et al. 2011, section 6. */
const goodShare = 0.15;
/** At most so many are good (Hyperopt): the good density must not widen as trials pile up. */
const mostGood = 25;

/**
 * Tree-structured Parzen estimator (Bergstra et al. 2011, section 4). The trials are split into good and other ones, each parameter
 * gets a density of either kind, l and g, and of several draws from l the one with the largest l/g is taken, which has the
 * largest expected improvement (equation 4). A parameter learns from the trials in which it was active.
 */
export function tpePoint(
  space: SearchSpace,
  past: readonly PastTrial[],
  { options, random }: { readonly options: TpeOptions; readonly random: Random },
): Params {
  const { good, others } = split(past, options.goal);
  if (good.length + others.filter(({ state }) => state !== 'running').length < options.startup) {
    return randomPoint(space, random);
  }
  return paramsFrom(space, (parameter) => {
    const observed = (trials: readonly PastTrial[]): Choice[] =>
      // Own ones only: a parameter may be called "constructor".
      trials.flatMap(({ params }) => (Object.hasOwn(params, parameter.name) ? (params[parameter.name] ?? []) : []));
    return bestDraw(parameter, { good: observed(good), others: observed(others), ...options, random });
  });
}

/**
 * Whole trials come before those that were stopped, and of these the ones that got further: values of fewer steps say less. Trials without a
 * number, failed ones and those still running count among the others: the next point keeps away from them, so workers that ask at the
 * same time get different points (a "constant liar", Ginsbourger et al. 2010).
 */
function split(past: readonly PastTrial[], goal: Goal): { good: PastTrial[]; others: PastTrial[] } {
  const steps = ({ state, step }: PastTrial): number => (state === 'complete' ? Infinity : step);
  const ranked = past
    .filter(({ state, value }) => (state === 'complete' || state === 'stopped') && value !== null)
    .sort((a, b) => {
      const [stepsA, stepsB] = [steps(a), steps(b)];
      return stepsA === stepsB ? compareValues(a.value, b.value, goal) : stepsA < stepsB ? 1 : -1;
    });
  const good = ranked.slice(0, Math.min(mostGood, Math.ceil(goodShare * ranked.length)));
  const isGood = new Set(good);
  return { good, others: past.filter((trial) => !isGood.has(trial)) };
}

interface Learned {
  readonly good: readonly Choice[];
  readonly others: readonly Choice[];
  readonly candidates: number;
  readonly random: Random;
}

function bestDraw(parameter: Parameter, learned: Learned): Choice {
  if (parameter.kind === 'constant') return parameter.value;
  if (parameter.kind === 'categorical') {
    const density = (observed: readonly Choice[]) => categoricalDensity(parameter.choices, observed);
    return mostPromising(density(learned.good), density(learned.others), learned);
  }
  const axis = axisOf(parameter);
  const density = (observed: readonly Choice[]) =>
    parzenDensity(
      axis,
      observed.filter((value) => typeof value === 'number'),
    );
  return mostPromising(density(learned.good), density(learned.others), learned);
}

function mostPromising<T>(good: Density<T>, others: Density<T>, { candidates, random }: Learned): T {
  let best = good.draw(random);
  let bestRatio = good.log(best) - others.log(best);
  for (let i = 1; i < candidates; i++) {
    const drawn = good.draw(random);
    const ratio = good.log(drawn) - others.log(drawn);
    if (ratio > bestRatio) [best, bestRatio] = [drawn, ratio];
  }
  return best;
}
