import { axisOf, steppedValue, stepsOf } from './axis.ts';
import { isActive, type Choice, type Distribution, type Params, type SearchSpace } from './search-space.ts';

const defaultPoints = 5;

/** The values that a grid tries: of a continuous parameter `points` of them, ends included, evenly on its scale. */
export function valuesOf(distribution: Distribution): readonly Choice[] {
  switch (distribution.kind) {
    case 'constant':
      return [distribution.value];
    case 'categorical':
      return distribution.choices;
    case 'uniform':
    case 'log-uniform': {
      const { low, high, value } = axisOf(distribution);
      const { points = defaultPoints } = distribution;
      if (points === 1) return [value((low + high) / 2)];
      return Array.from({ length: points }, (_, i) => value(low + ((high - low) * i) / (points - 1)));
    }
    default:
      return Array.from({ length: stepsOf(distribution) + 1 }, (_, i) => steppedValue(distribution, i));
  }
}

/** How many values each parameter has in the grid, without listing them. */
function countOf(distribution: Distribution): number {
  if ('points' in distribution) return distribution.points ?? defaultPoints;
  if (distribution.kind === 'uniform' || distribution.kind === 'log-uniform') return defaultPoints;
  if ('step' in distribution) return stepsOf(distribution) + 1;
  return distribution.kind === 'categorical' ? distribution.choices.length : 1;
}

/** Points of the grid, at most `limit`: no more are counted. */
export function gridSize(space: SearchSpace, limit: number): number {
  let size = 0;
  for (const _ of combinations(space, {})) if (++size >= limit) break;
  return size;
}

/** True when the values of one parameter alone are more than this. */
export function hasMoreValuesThan(limit: number): (distribution: Distribution) => boolean {
  return (distribution) => countOf(distribution) > limit;
}

/** The point with this number, the last parameter changing fastest; null behind the end. */
export function gridPoint(space: SearchSpace, number: number): Params | null {
  let i = 0;
  for (const params of combinations(space, {})) if (i++ === number) return params;
  return null;
}

function* combinations(space: SearchSpace, chosen: Params): Generator<Params> {
  const [parameter, ...rest] = space;
  if (parameter === undefined) return void (yield chosen);
  if (!isActive(parameter, chosen)) return yield* combinations(rest, chosen);
  for (const value of valuesOf(parameter)) yield* combinations(rest, { ...chosen, [parameter.name]: value });
}
