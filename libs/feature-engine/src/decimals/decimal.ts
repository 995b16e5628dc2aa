/** A column of decimal numbers with this many digits behind the point, in documents `decimal(2)`. */
type DecimalType = `decimal(${number})`;

const decimalType = /^decimal\((\d|1[0-5])\)$/;

/** Digits behind the point; null for what is no type of a decimal with 0 to 15 of them. */
export function decimalScale(type: string): number | null {
  const [, scale] = decimalType.exec(type) ?? [];
  return scale === undefined ? null : Number(scale);
}

/**
 * Up to here, in units of the last digit, a decimal is found again in the double nearest to it, and a sum in the sum of such
 * doubles as long as their sizes add up to no more: each is off by at most 2^-53 of itself, together by less than half a unit.
 */
export const mostUnits = 1e15;

/**
 * The double nearest to the decimal that a double stands for, half a unit going away from zero: sums of decimals come out to
 * the last digit, without drift. What is beyond `mostUnits` is left as it is.
 */
export function roundToScale(value: number, scale: number): number {
  const power = 10 ** scale;
  const units = Math.abs(value) * power;
  if (!(units <= mostUnits)) return value;
  const whole = Math.floor(units);
  // Not by adding one half, which rounds the largest double below one half up to one.
  const rounded = (whole + (units - whole >= 0.5 ? 1 : 0)) / power;
  return value < 0 ? -rounded : rounded;
}

/** The same of a Float64 or a Nullable(Float64). */
export function roundToScaleSql(value: string, scale: number): string {
  const power = `1e${scale}`;
  const units = `(abs(v) * ${power})`;
  const rounded = `sign(v) * ((floor${units} + if(${units} - floor${units} >= 0.5, 1, 0)) / ${power})`;
  return `arrayMap(v -> if(${units} <= ${mostUnits}, ${rounded}, v), [${value}])[1]`;
}
