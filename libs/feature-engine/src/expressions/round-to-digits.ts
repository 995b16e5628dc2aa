/** As many digits behind the point as a number can be rounded to. */
export const mostDigits = 15;

/**
 * Up to here, in units of the last digit, a decimal number is found again in the double nearest to it, and a sum in the sum of such
 * doubles as long as their sizes add up to no more: each is off by at most 2^-53 of itself, together by less than half a unit.
 */
export const mostUnits = 1e15;

/**
 * The double nearest to the decimal that a double stands for, half a unit going away from zero: sums of decimals come out to
 * the last digit, without drift. What is beyond `mostUnits` is left as it is.
 */
export function roundToDigits(value: number, digits: number): number {
  const power = 10 ** digits;
  const units = Math.abs(value) * power;
  if (!(units <= mostUnits)) return value;
  const whole = Math.floor(units);
  // Not by adding one half, which rounds the largest double below one half up to one.
  const rounded = (whole + (units - whole >= 0.5 ? 1 : 0)) / power;
  return (value < 0 ? -rounded : rounded) + 0;
}

/** The same of a Float64 or a Nullable(Float64). */
export function roundToDigitsSql(value: string, digits: number): string {
  const power = `1e${digits}`;
  const units = `(abs(v) * ${power})`;
  const rounded = `sign(v) * ((floor${units} + if(${units} - floor${units} >= 0.5, 1, 0)) / ${power}) + 0`;
  return `arrayMap(v -> if(${units} <= ${mostUnits}, ${rounded}, v), [${value}])[1]`;
}
