import type { ObjectReader } from '../definitions/object-reader.ts';
import type { MergeablePart } from './aggregation.ts';
import { addToMoments, mergeMoments, noMoments, type Moments, type VarianceOf } from './moments.ts';

/** What the kinds that measure deviations from the mean have in common. */
export interface DeviationParameters {
  /** Of a `sample` (the default) the squares are divided by one less than the number of values. */
  readonly of: VarianceOf;
}

export function parseDeviation(reader: ObjectReader): DeviationParameters {
  return { of: reader.oneOf('of', ['sample', 'population'] as const) ?? 'sample' };
}

/** No `subtract`: the squares that a difference leaves have lost their digits where most of the deviation was taken out. */
export const momentsPart: Omit<MergeablePart<DeviationParameters, Moments>, 'finish'> = {
  empty: () => noMoments,
  add: (part, value) => addToMoments(part, Number(value)),
  merge: mergeMoments,
  encode: (part, to) => {
    for (const number of [part.count, part.mean, part.meanLow, part.squares]) to.f64(number);
  },
  decode: (from) => ({ count: from.f64(), mean: from.f64(), meanLow: from.f64(), squares: from.f64() }),
  maxBytes: () => 32,
};

/**
 * SQL over the values where `holds`: `of` gets the name of their variance and of their mean less the lowest of them, and the
 * SQL of the lowest. Deviations are taken from the lowest value first, which is exact for neighbours and leaves equal values at
 * exactly zero, then from the mean of what is left, with the correction for its rounding.
 */
export function deviationsSql(
  { value, holds }: { readonly value: string; readonly holds: string },
  varianceOf: VarianceOf,
  of: (variance: string, meanAboveLowest: string, lowest: string) => string,
): string {
  const lowest = `assumeNotNull(minIf(${value}, ${holds}))`;
  const apart = `arrayMap(x -> x - ${lowest}, groupArrayIf(assumeNotNull(${value}), ${holds}))`;
  const squares = 'arraySum(x -> (x - m) * (x - m), d) - pow(arraySum(x -> x - m, d), 2) / length(d)';
  const degrees = varianceOf === 'sample' ? 'length(d) - 1' : 'length(d)';
  const result = `arrayMap((s, m) -> ${of('s', 'm', lowest)}, [(${squares}) / nullIf(${degrees}, 0)], [m])[1]`;
  return `arrayMap((d, m) -> ${result}, [${apart}], [arrayAvg(${apart})])[1]`;
}
