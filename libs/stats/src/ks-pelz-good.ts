const PI2 = Math.PI ** 2;
const SQRT_2PI = Math.sqrt(2 * Math.PI);

/**
 * P(Dₙ ≤ x) by the expansion of Pelz and Good (Journal of the Royal Statistical Society B 38, 1976): Kolmogorov's limit and
 * corrections of order n^−½, n^−1 and n^−3⁄2, each a theta function turned so that it converges for small z = x√n.
 */
export function pelzGoodCdf(n: number, x: number): number {
  const z = Math.sqrt(n) * x;
  const z2 = z ** 2;
  const z4 = z ** 4;
  const z6 = z ** 6;
  const logQ = -PI2 / 8 / z2;
  if (logQ < -708) return 0;
  const q = Math.exp(logQ);
  const terms = Math.ceil((16 * z) / Math.PI);

  const sums: [number, number, number, number] = [0, 0, 0, 0];
  for (let k = terms; k > 0; k -= 1) {
    const m = 2 * k - 1;
    const m2 = m ** 2;
    const m4 = m ** 4;
    const weight = q ** (8 * k);
    sums[0] = sums[0] * weight + 1;
    sums[1] = sums[1] * weight - z2 + (PI2 / 4) * m2;
    sums[2] =
      sums[2] * weight + 6 * z6 + 2 * z4 + (((2 * z4 - 5 * z2) * PI2) / 4) * m2 + ((PI2 ** 2 * (1 - 2 * z2)) / 16) * m4;
    sums[3] =
      sums[3] * weight -
      30 * z6 -
      90 * z ** 8 +
      ((PI2 * (135 * z4 - 96 * z6)) / 4) * m2 +
      ((PI2 ** 2 * (-60 * z2 + 212 * z4)) / 16) * m4 +
      ((PI2 ** 3 * (5 - 30 * z2)) / 64) * m ** 6;
  }
  const common = q * SQRT_2PI;
  const k0 = (sums[0] * common) / z;
  const k1 = (sums[1] * common) / (6 * z4);
  let k2 = (sums[2] * common) / (72 * z ** 7);
  let k3 = (sums[3] * common) / (6480 * z ** 10);

  const q2 = Math.exp(-PI2 / 2 / z2);
  let extra2 = 0;
  let extra3 = 0;
  for (let k = terms; k > 0; k -= 1) {
    const k2Weight = k * k * q2 ** (k * k);
    extra2 += k2Weight;
    extra3 += (Math.sqrt(3) * z + k * Math.PI) * (Math.sqrt(3) * z - k * Math.PI) * k2Weight;
  }
  k2 += (extra2 * PI2 * SQRT_2PI) / (-36 * z ** 3);
  k3 += (extra3 * PI2 * SQRT_2PI) / (216 * z6);
  return k0 + k1 / Math.sqrt(n) + k2 / n + k3 / n ** 1.5;
}
