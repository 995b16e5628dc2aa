import type { Axis } from './axis.ts';
import { pick, type Random } from './random.ts';

/** A density over one parameter that can be drawn from. Densities of one parameter are compared with each other only. */
export interface Density<T> {
  draw(random: Random): T;
  /** Natural logarithm of the density, or of the probability where values are discrete. */
  log(value: T): number;
}

interface Kernel {
  readonly mean: number;
  readonly deviation: number;
  /** Mass between the bounds. */
  readonly mass: number;
}

const smallest = 1e-300;
const tries = 64;

/**
 * Adaptive Parzen estimator of Bergstra et al. 2011 ("Algorithms for hyper-parameter optimization", section 4.2): an equal mixture of the prior
 * and of one normal at each observation, cut at the bounds; the prior is a normal in the middle, as wide as the interval; the
 * deviation of a kernel is the larger of the distances to its neighbours, clipped. The clip, between the interval over
 * min(100, kernels) and the interval, is that of J. Bergstra's Hyperopt.
 */
export function parzenDensity(axis: Axis, observed: readonly number[]): Density<number> {
  const kernels = kernelsOf(axis, observed.map(axis.place));
  return {
    draw: (random) => axis.value(drawPlace(axis, pick(kernels, random), random)),
    log: (value) => Math.log(Math.max(smallest, densityAt(axis, kernels, value))),
  };
}

function kernelsOf({ low, high }: Axis, places: readonly number[]): Kernel[] {
  const range = high - low;
  const middle = { mean: (low + high) / 2, isPrior: true };
  const means = [...places.map((mean) => ({ mean, isPrior: false })), middle].sort((a, b) => a.mean - b.mean);
  const narrowest = range / Math.min(100, means.length + 1);
  return means.map(({ mean, isPrior }, i) => {
    const left = mean - (means[i - 1]?.mean ?? mean);
    const right = (means[i + 1]?.mean ?? mean) - mean;
    const deviation = isPrior ? range : Math.min(range, Math.max(narrowest, left, right));
    const mass = normalCdf((high - mean) / deviation) - normalCdf((low - mean) / deviation);
    return { mean, deviation, mass };
  });
}

/** Draws until one lies within the bounds: at least a third do, since a mean does and no deviation is wider than they are apart. */
function drawPlace({ low, high }: Axis, { mean, deviation }: Kernel, random: Random): number {
  for (let i = 0; i < tries; i++) {
    // Box and Muller 1958; 1 - u keeps the logarithm finite.
    const place = mean + deviation * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    if (place >= low && place <= high) return place;
  }
  return mean;
}

function densityAt(axis: Axis, kernels: readonly Kernel[], value: number): number {
  const cell = axis.cell(value);
  const place = axis.place(value);
  let sum = 0;
  for (const { mean, deviation, mass } of kernels) {
    const density =
      cell === null
        ? Math.exp(-0.5 * ((place - mean) / deviation) ** 2) / (deviation * Math.sqrt(2 * Math.PI))
        : normalCdf((cell[1] - mean) / deviation) - normalCdf((cell[0] - mean) / deviation);
    sum += density / mass;
  }
  return sum / kernels.length;
}

/** Distribution function of the standard normal: Abramowitz and Stegun 1964, 7.1.26, to 1.5e-7. */
export function normalCdf(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const tail =
    t *
    (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))) *
    Math.exp(-x * x);
  return z < 0 ? tail / 2 : 1 - tail / 2;
}

/** Bergstra et al. 2011, section 4.2: probabilities in proportion to how often a choice was observed, with one more of each from the prior. */
export function categoricalDensity<T>(choices: readonly T[], observed: readonly T[]): Density<T> {
  const counts = new Map(choices.map((choice) => [choice, 1]));
  for (const choice of observed) counts.set(choice, (counts.get(choice) ?? 0) + 1);
  const total = choices.length + observed.length;
  return {
    draw(random) {
      let left = random() * total;
      for (const choice of choices) {
        left -= counts.get(choice) ?? 0;
        if (left < 0) return choice;
      }
      return pick(choices, random);
    },
    log: (choice) => Math.log((counts.get(choice) ?? 1) / total),
  };
}
