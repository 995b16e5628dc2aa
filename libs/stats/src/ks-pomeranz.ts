import { scaleByPowerOfTwo } from './ks-durbin.ts';

const SCALE_BITS = 128;
const SCALE = 2 ** SCALE_BITS;

/** P(Dₙ ≤ x) by Pomeranz's recursion (Communications of the ACM 17, 1974), in the form of Simard and L'Ecuyer (2011). For n ≤ 140. */
export function pomeranzCdf(n: number, x: number): number {
  const t = n * x;
  const whole = Math.floor(t);
  const fraction = t - whole;
  const g = Math.min(fraction, 1 - fraction);
  const size = 2 * (whole + 1);
  const powers = {
    ends: poissonTerms(g / n, size),
    odd: poissonTerms((2 * g) / n, size),
    even: poissonTerms((1 - 2 * g) / n, size),
  };
  const bounds = (i: number): [number, number] => rowBounds(i, { n, whole, fraction });

  let previous = new Float64Array(size);
  let current = new Float64Array(size);
  current[0] = 1;
  let previousStart = 0;
  let currentStart = 0;
  let exponent = 0;
  let [from, to] = bounds(0);
  for (let i = 1; i <= 2 * n + 1; i += 1) {
    const lastFrom = from;
    [previous, current] = [current, previous];
    [previousStart, currentStart] = [currentStart, previousStart];
    current.fill(0);
    [from, to] = bounds(i);
    const terms = i === 1 || i === 2 * n + 1 ? powers.ends : i % 2 === 1 ? powers.odd : powers.even;
    const reach = to - lastFrom + 1;
    if (reach <= 0) continue;
    let largest = 0;
    for (let j = from; j <= to; j += 1) {
      let sum = 0;
      for (let k = lastFrom; k <= j; k += 1) sum += (previous[k - previousStart] ?? 0) * (terms[j - k] ?? 0);
      current[j - from] = sum;
      largest = Math.max(largest, sum);
    }
    if (largest > 0 && largest < 1 / SCALE) {
      for (let j = 0; j < size; j += 1) current[j] = (current[j] ?? 0) * SCALE;
      exponent -= SCALE_BITS;
    }
    currentStart = previousStart + from - lastFrom;
  }
  let answer = current[n - currentStart] ?? 0;
  for (let m = 1; m <= n; m += 1) {
    if (Math.abs(answer) > SCALE) {
      answer /= SCALE;
      exponent += SCALE_BITS;
    }
    answer *= m;
  }
  return scaleByPowerOfTwo(answer, exponent);
}

/** mean^m / m! for m below `size`: Poisson probabilities without their common factor. */
function poissonTerms(mean: number, size: number): Float64Array {
  const terms = new Float64Array(size);
  terms[0] = 1;
  for (let m = 1; m < size; m += 1) terms[m] = ((terms[m - 1] ?? 0) * mean) / m;
  return terms;
}

function rowBounds(i: number, shape: { n: number; whole: number; fraction: number }): [number, number] {
  const { n, whole, fraction } = shape;
  const ceil = fraction > 0 ? 1 : 0;
  const round = fraction > 0.5 ? 1 : 0;
  const half = Math.floor((i + 1) / 2);
  let first: number;
  let last: number;
  if (i === 0) {
    [first, last] = [-whole - ceil - 1, whole + ceil - 1];
  } else if ((i + 1) % 2 === 1) {
    [first, last] = [half - 1 - whole - 1, half + whole + round - 1];
  } else if (half === n + 1) {
    [first, last] = [n - whole - ceil - 1, n + whole + ceil - 1];
  } else {
    [first, last] = [half - 1 - whole - round - 1, half + whole - 1 + ceil - 1];
  }
  return [Math.max(first + 2, 0), Math.min(last, n)];
}
