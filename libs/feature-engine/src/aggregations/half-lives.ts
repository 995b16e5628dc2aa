/**
 * 2^(time / half-life), split so that sums of it can be moved to another time without a rounding: times are counted in whole
 * half-lives from 1970, which scale by exact powers of two, and the fraction of one beyond them weighs 1 to 2.
 */
export interface HalfLives {
  readonly whole: number;
  /** 2^fraction. */
  readonly weight: number;
}

export function halfLivesAt(timeMs: number, halfLifeMs: number): HalfLives {
  const whole = Math.floor(timeMs / halfLifeMs);
  return { whole, weight: powerOfFraction((timeMs - whole * halfLifeMs) / halfLifeMs) };
}

/**
 * Taylor's series of 2^f, of which the first term left out is below 1e-18 for f in [0, 1). In additions and multiplications
 * alone, so that ClickHouse, in the same order, gives the same bits, which two libraries' `exp2` do not: where large values
 * cancel, a difference in the last bit of a weight would be one in the first digits of the sum.
 */
const coefficients = Array.from({ length: 18 }, (_, power) => {
  let coefficient = 1;
  for (let factor = 1; factor <= power; factor += 1) coefficient *= Math.LN2 / factor;
  return coefficient;
}).toReversed();

function powerOfFraction(fraction: number): number {
  let power = 0;
  for (const coefficient of coefficients) power = power * fraction + coefficient;
  return power;
}

/** The same as `halfLivesAt`, of an Int64 of milliseconds. */
export function halfLivesSql(time: string, halfLifeMs: number): { readonly whole: string; readonly weight: string } {
  const rest = `positiveModulo(${time}, ${halfLifeMs})`;
  const [first = 0, ...others] = coefficients;
  const series = others.reduce((power, coefficient) => `(${power} * f + ${coefficient})`, `${first}`);
  return {
    whole: `intDiv(${time} - ${rest}, ${halfLifeMs})`,
    weight: `arrayMap(f -> ${series}, [${rest} / ${halfLifeMs}])[1]`,
  };
}
