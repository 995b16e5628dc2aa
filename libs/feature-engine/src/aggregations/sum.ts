import { DoubleSum } from '../windows/double-sum.ts';
import { finiteSql, type AggregationKind } from './aggregation.ts';

export const sum: AggregationKind<object, DoubleSum> = {
  input: 'required',
  takes: ['number', 'boolean'],
  needs: { summed: true },
  parse: () => ({}),
  type: () => 'double',
  empty: () => 0,
  evaluate: (window) => window.sum() + Number(window.own),
  part: {
    empty: () => new DoubleSum(),
    add: (part, value) => part.plus(Number(value)),
    merge: (earlier, later) => earlier.plus(later.high).plus(later.low),
    subtract: (part, taken) => part.plus(-taken.high).plus(-taken.low),
    finish: (part) => part.value,
    encode: (part, to) => part.encode(to),
    decode: (from) => DoubleSum.decode(from),
    maxBytes: () => 16,
  },
  sql: ({ value, holds }) => finiteSql(`sumKahanIf(${value}, ${holds})`),
};
