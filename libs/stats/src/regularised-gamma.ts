import { poissonDensity } from './deviance.ts';

/**
 * Q(shape, x) = Γ(shape, x)/Γ(shape), the regularised upper incomplete gamma function; shape is a positive multiple of ½, x ≥ 0.
 * Series below the turning point, Legendre's continued fraction (modified Lentz) above it: DLMF 8.7.1 and 8.9.2.
 */
export function upperGamma(shape: number, x: number): number {
  if (Number.isNaN(x)) return Number.NaN;
  if (x <= 0) return 1;
  if (x === Number.POSITIVE_INFINITY) return 0;
  const density = poissonDensity(shape, x);
  return x < shape + 1 ? 1 - density * lowerSeries(shape, x) : density * shape * upperFraction(shape, x);
}

function lowerSeries(shape: number, x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; ; k += 1) {
    term *= x / (shape + k);
    const next = sum + term;
    if (next === sum) return sum;
    sum = next;
  }
}

function upperFraction(shape: number, x: number): number {
  const tiny = 1e-300;
  let b = x + 1 - shape;
  let c = 1 / tiny;
  let d = 1 / (b === 0 ? tiny : b);
  let fraction = d;
  for (let i = 1; ; i += 1) {
    const a = -i * (i - shape);
    b += 2;
    d = a * d + b;
    d = 1 / (d === 0 ? tiny : d);
    c = b + a / c;
    if (c === 0) c = tiny;
    const step = c * d;
    fraction *= step;
    if (Math.abs(step - 1) < 2.3e-16) return fraction;
    // Past this many steps the fraction moves by rounding only; the bound keeps a pathological input from hanging a service.
    if (i > 100_000) return fraction;
  }
}

/** Probability that a chi-square variable with this many degrees of freedom exceeds x (scipy `chdtrc`). */
export function chiSquareSurvival(degreesOfFreedom: number, x: number): number {
  return upperGamma(degreesOfFreedom / 2, x / 2);
}
