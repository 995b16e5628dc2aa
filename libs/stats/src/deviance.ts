/**
 * Binomial and Poisson probabilities by their deviance (C. Loader, "Fast and accurate computation of binomial probabilities",
 * 2000): log-gammas of large numbers cancel to a few digits, these do not. Relative error is a few units in the last place.
 */
const HALF_LOG_2PI = 0.918_938_533_204_672_8;

/** log Γ(n+1) − [(n+½)·log n − n + ½·log 2π] for n > 0, n a multiple of ½. */
export function stirlingError(n: number): number {
  if (n > 15) {
    const square = n * n;
    return (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - 1 / 1188 / square) / square) / square) / square) / n;
  }
  let gamma = Number.isInteger(n) ? 1 : Math.sqrt(Math.PI);
  for (let factor = Number.isInteger(n) ? 1 : 0.5; factor <= n; factor += 1) gamma *= factor;
  return Math.log(gamma) - ((n + 0.5) * Math.log(n) - n + HALF_LOG_2PI);
}

/** count·log(count/mean) + mean − count, without cancellation where the two are near each other. */
function deviance(count: number, mean: number): number {
  if (count === 0) return mean;
  const difference = count - mean;
  if (Math.abs(difference) >= 0.1 * (count + mean)) return count * Math.log(count / mean) - difference;
  const v = difference / (count + mean);
  let sum = difference * v;
  let power = 2 * count * v;
  for (let k = 1; k < 1000; k += 1) {
    power *= v * v;
    const next = sum + power / (2 * k + 1);
    if (next === sum) return next;
    sum = next;
  }
  return sum;
}

/** mean^shape·e^−mean / Γ(shape+1); shape > 0 is a multiple of ½. */
export function poissonDensity(shape: number, mean: number): number {
  if (mean === 0) return 0;
  return Math.exp(-stirlingError(shape) - deviance(shape, mean)) / Math.sqrt(2 * Math.PI * shape);
}

/** Probability of `count` successes in `trials` draws where the expected number is `mean` (0 < mean < trials). */
export function binomialDensity(count: number, trials: number, mean: number): number {
  if (count === 0) return Math.exp(trials * Math.log1p(-mean / trials));
  if (count === trials) return Math.exp(trials * Math.log(mean / trials));
  const rest = trials - count;
  const exponent =
    stirlingError(trials) -
    stirlingError(count) -
    stirlingError(rest) -
    deviance(count, mean) -
    deviance(rest, trials - mean);
  return Math.exp(exponent) * Math.sqrt(trials / (2 * Math.PI * count * rest));
}
