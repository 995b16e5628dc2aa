import { DoubleSum } from '../windows/double-sum.ts';
import { mostDigits, roundToDigits, roundToDigitsSql } from '../expressions/round-to-digits.ts';
import { finiteSql, type AggregationKind } from './aggregation.ts';
import { readWholeNumber } from './read-parameters.ts';

export interface SumParameters {
  /** Digits behind the point of every value and of their sum, such as 2 for cents: what has more is rounded, and no sum drifts. */
  readonly decimals?: number;
}

function rounded(sum: number, { decimals }: SumParameters): number {
  return decimals === undefined ? sum : roundToDigits(sum, decimals);
}

export const sum: AggregationKind<SumParameters, DoubleSum> = {
  input: 'required',
  takes: ['number', 'boolean'],
  needs: { summed: true },
  parse: (reader) => {
    const decimals = readWholeNumber(reader, 'decimals', { atLeast: 0, atMost: mostDigits });
    return decimals === undefined ? {} : { decimals };
  },
  type: () => 'double',
  shape: (input, type, { decimals }) =>
    decimals === undefined || type === 'boolean' ? input : { op: 'round', args: [input], digits: decimals },
  empty: () => 0,
  evaluate: (window, parameters) => rounded(window.sum() + Number(window.own), parameters),
  part: {
    empty: () => new DoubleSum(),
    add: (part, value) => part.plus(Number(value)),
    merge: (earlier, later) => earlier.plus(later.high).plus(later.low),
    subtract: (part, taken) => part.plus(-taken.high).plus(-taken.low),
    finish: (part, _, parameters) => rounded(part.value, parameters),
    encode: (part, to) => part.encode(to),
    decode: (from) => DoubleSum.decode(from),
    maxBytes: () => 16,
  },
  sql: ({ value, holds }, { decimals }) => {
    const sum = `sumKahanIf(${value}, ${holds})`;
    return finiteSql(decimals === undefined ? sum : roundToDigitsSql(sum, decimals));
  },
};
