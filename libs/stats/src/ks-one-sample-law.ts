import { stirlingError } from './deviance.ts';
import { durbinCdf } from './ks-durbin.ts';
import { pelzGoodCdf } from './ks-pelz-good.ts';
import { pomeranzCdf } from './ks-pomeranz.ts';
import { smirnovSurvival } from './smirnov.ts';

/**
 * P(Dₙ ≥ x) for the two-sided one-sample Kolmogorov-Smirnov statistic (scipy.stats.kstwo.sf). Which method answers where is the
 * table of Simard and L'Ecuyer, "Computing the two-sided Kolmogorov-Smirnov distribution" (Journal of Statistical Software 39/11,
 * 2011), with scipy's cut-offs, because the methods agree to fewer digits than our tests ask for.
 */
export function kolmogorovSurvival(n: number, x: number): number {
  if (Number.isNaN(x) || !Number.isInteger(n) || n <= 0) return Number.NaN;
  if (x >= 1) return 0;
  if (x <= 0) return 1;
  const t = n * x;
  if (t <= 0.5) return 1;
  if (t <= 1) return clip(1 - belowOneStep(n, t));
  if (t >= n - 1) return clip(2 * (1 - x) ** n);
  if (x >= 0.5) return clip(2 * smirnovSurvival(n, x));
  return clip(n <= 140 ? smallSampleSurvival(n, x) : largeSampleSurvival(n, x));
}

function smallSampleSurvival(n: number, x: number): number {
  const nxx = n * x * x;
  if (nxx <= 0.754_693) return 1 - durbinCdf(n, x);
  if (nxx <= 4) return 1 - pomeranzCdf(n, x);
  return 2 * smirnovSurvival(n, x);
}

function largeSampleSurvival(n: number, x: number): number {
  const nxx = n * x * x;
  if (nxx >= 370) return 0;
  if (nxx >= 2.2) return 2 * smirnovSurvival(n, x);
  if (n <= 100_000 && n * x ** 1.5 <= 1.4) return 1 - durbinCdf(n, x);
  return 1 - pelzGoodCdf(n, x);
}

/** n!/nⁿ·(2t−1)ⁿ for ½ < t = nx ≤ 1 (Ruben and Gambino). */
function belowOneStep(n: number, t: number): number {
  if (n <= 140) {
    let product = 1;
    for (let i = 1; i <= n; i += 1) product *= (i / n) * (2 * t - 1);
    return product;
  }
  const logFactorialRatio = Math.log(2 * Math.PI * n) / 2 - n + stirlingError(n);
  return Math.exp(logFactorialRatio + n * Math.log(2 * t - 1));
}

function clip(probability: number): number {
  return Math.min(1, Math.max(0, probability));
}
