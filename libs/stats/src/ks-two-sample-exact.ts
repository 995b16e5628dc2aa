/** The sizes of two samples and the statistic in units of 1/lcm(m, n): D = steps / lcm. */
export interface TwoSampleSteps {
  readonly m: number;
  readonly n: number;
  readonly gcd: number;
  readonly steps: number;
}

/** Exact P(D ≥ observed) of the two-sample Kolmogorov-Smirnov statistic without ties (scipy ks_2samp, method "exact"). */
export function exactTwoSampleProbability(sizes: TwoSampleSteps): number {
  if (sizes.steps === 0) return 1;
  return sizes.m === sizes.n ? pathsOutsideSquare(sizes.n, sizes.steps) : pathsOutside(sizes);
}

/** Equal sizes: the reflection principle, each binomial ratio divided by C(2n, n) and nested so that nothing cancels. */
function pathsOutsideSquare(n: number, steps: number): number {
  let probability = 0;
  for (let k = Math.floor(n / steps); k >= 0; k -= 1) {
    let ratio = 1;
    for (let j = 0; j < steps; j += 1) ratio = ((n - k * steps - j) * ratio) / (n + k * steps + j + 1);
    probability = ratio * (1 - probability);
  }
  return 2 * probability;
}

/**
 * Share of the lattice paths from (0, 0) to (m, n) that leave the band |x/m − y/n| < D, column by column (Hodges 1958). Working with
 * the share that has left, not the one that stayed, keeps small probabilities exact. Time m × width of the band, memory one column.
 */
function pathsOutside({ m: first, n: second, gcd, steps }: TwoSampleSteps): number {
  const m = Math.max(first, second);
  const n = Math.min(first, second);
  const mg = m / gcd;
  const ng = n / gcd;
  let from = 0;
  let to = Math.min(Math.ceil(steps / mg), n + 1);
  let width = to - from;
  const column = new Float64Array(Math.min(2 * to + 2, n + 1)).fill(1);
  column.fill(0, from, to);
  for (let i = 1; i <= m; i += 1) {
    const lastFrom = from;
    const lastWidth = width;
    from = Math.min(Math.max(Math.floor((ng * i - steps) / mg) + 1, 0), n);
    to = Math.min(Math.ceil((ng * i + steps) / mg), n + 1);
    if (to <= from) return 1;
    let value = from === 0 ? 0 : 1;
    for (let j = from; j < to; j += 1) {
      value = ((column[j - lastFrom] ?? 1) * i + value * j) / (i + j);
      column[j - from] = value;
    }
    width = to - from;
    if (lastWidth > width) column.fill(1, width, lastWidth);
  }
  return column[width - 1] ?? 1;
}
