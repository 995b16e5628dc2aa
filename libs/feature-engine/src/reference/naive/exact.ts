/** For tests: moments of doubles in whole numbers of any size, so that nothing is rounded before the end. */

/** Every finite double is a whole number of these. */
const unitBits = 1074n;

/** A finite double in units of 2^-1074. */
function unitsOf(value: number): bigint {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, Math.abs(value));
  const word = bits.getBigUint64(0);
  const exponent = word >> 52n;
  const fraction = word & 0xf_ffff_ffff_ffffn;
  const size = exponent === 0n ? fraction : (fraction | 0x10_0000_0000_0000n) << (exponent - 1n);
  return value < 0 ? -size : size;
}

/** The double nearest to a quotient of whole numbers. */
function quotient(dividend: bigint, divisor: bigint): number {
  if (dividend === 0n) return 0;
  const size = dividend < 0n ? -dividend : dividend;
  // 80 bits of the quotient are more than a double keeps, so that cutting the others off cannot be seen.
  const shift = 80 - (size.toString(2).length - divisor.toString(2).length);
  const whole = shift >= 0 ? (size << BigInt(shift)) / divisor : size / (divisor << BigInt(-shift));
  // In two steps, as the power alone may lie outside the range of doubles.
  const half = Math.trunc(-shift / 2);
  const result = Number(whole) * 2 ** half * 2 ** (-shift - half);
  return dividend < 0n ? -result : result;
}

export function exactMean(values: readonly number[]): number {
  return quotient(total(values.map(unitsOf)), BigInt(values.length) << unitBits);
}

/** Sum of squared deviations from the mean, divided by `degrees`. */
export function exactVariance(values: readonly number[], degrees: number): number {
  const count = BigInt(values.length);
  const units = values.map(unitsOf);
  const sum = total(units);
  const squares = total(units.map((unit) => unit * unit));
  return quotient(count * squares - sum * sum, (count * BigInt(degrees)) << (2n * unitBits));
}

/** `value` less the mean of `values`. */
export function exactDeviation(value: number, values: readonly number[]): number {
  const count = BigInt(values.length);
  return quotient(unitsOf(value) * count - total(values.map(unitsOf)), count << unitBits);
}

function total(units: readonly bigint[]): bigint {
  return units.reduce((sum, unit) => sum + unit, 0n);
}
