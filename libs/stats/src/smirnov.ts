import { binomialDensity } from './deviance.ts';

/**
 * P(Dₙ⁺ ≥ x), the exact survival function of the one-sided Kolmogorov-Smirnov statistic (scipy.special.smirnov), by the
 * Birnbaum-Tingey sum. Every term is positive and is a binomial density over x+v/n, so nothing cancels.
 */
export function smirnovSurvival(n: number, x: number): number {
  if (x <= 0) return 1;
  if (x >= 1) return 0;
  const shift = n * x;
  const last = Math.floor(n - shift);
  let sum = 0;
  for (let v = 0; v <= last; v += 1) {
    const mean = v + shift;
    if (mean >= n) break;
    sum += binomialDensity(v, n, mean) / mean;
  }
  return Math.min(1, sum * shift);
}
