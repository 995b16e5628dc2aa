const SCALE_BITS = 128;
const SCALE = 2 ** SCALE_BITS;

/** value · 2^exponent, in steps that neither overflow nor underflow early. */
export function scaleByPowerOfTwo(value: number, exponent: number): number {
  let result = value;
  let left = exponent;
  while (left !== 0 && result !== 0 && Number.isFinite(result)) {
    const step = Math.max(-1000, Math.min(1000, left));
    result *= 2 ** step;
    left -= step;
  }
  return result;
}

/**
 * P(Dₙ ≤ d) by Durbin's matrix in the form of Marsaglia, Tsang and Wang (Journal of Statistical Software 8/18, 2003):
 * element (k, k) of the n-th power of an m×m matrix, m = 2k−1, k = ⌈nd⌉. Costs m³·log n, so it is for small nd.
 */
export function durbinCdf(n: number, d: number): number {
  const nd = n * d;
  const k = Math.ceil(nd);
  const m = 2 * k - 1;
  let base = transitionMatrix(k - nd, m);
  let power: Float64Array | undefined;
  let baseExponent = 0;
  let exponent = 0;
  const middle = (k - 1) * m + (k - 1);
  for (let left = n; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) {
      power = power === undefined ? base : multiply(power, base, m);
      exponent += baseExponent;
    }
    if (left === 1) break;
    base = multiply(base, base, m);
    baseExponent *= 2;
    if (Math.abs(base[middle] ?? 0) > SCALE) {
      base = base.map((value) => value / SCALE);
      baseExponent += SCALE_BITS;
    }
  }
  let probability = power?.[middle] ?? 0;
  for (let i = 1; i <= n; i += 1) {
    probability = (i * probability) / n;
    if (Math.abs(probability) < 1 / SCALE) {
      probability *= SCALE;
      exponent -= SCALE_BITS;
    }
  }
  return scaleByPowerOfTwo(probability, exponent);
}

function transitionMatrix(h: number, m: number): Float64Array {
  const edge = new Float64Array(m);
  const inverseFactorials = new Float64Array(m);
  let factor = 1;
  for (let j = 1; j <= m; j += 1) {
    inverseFactorials[j - 1] = factor;
    factor /= j;
    edge[j - 1] = (1 - h ** j) * factor;
  }
  edge[m - 1] = (1 + Math.max(2 * h - 1, 0) ** m - 2 * h ** m) * factor;

  const matrix = new Float64Array(m * m);
  for (let column = 1; column < m; column += 1) {
    for (let row = column - 1; row < m; row += 1) matrix[row * m + column] = inverseFactorials[row - column + 1] ?? 0;
  }
  for (let i = 0; i < m; i += 1) matrix[i * m] = edge[i] ?? 0;
  for (let i = 0; i < m; i += 1) matrix[(m - 1) * m + i] = edge[m - 1 - i] ?? 0;
  return matrix;
}

function multiply(left: Float64Array, right: Float64Array, m: number): Float64Array {
  const product = new Float64Array(m * m);
  for (let i = 0; i < m; i += 1) {
    for (let k = 0; k < m; k += 1) {
      const factor = left[i * m + k] ?? 0;
      if (factor === 0) continue;
      for (let j = 0; j < m; j += 1) product[i * m + j] = (product[i * m + j] ?? 0) + factor * (right[k * m + j] ?? 0);
    }
  }
  return product;
}
