import { DoubleSum } from '../windows/double-sum.ts';
import { finiteSql, type AggregationKind } from './aggregation.ts';

interface MeanPart {
  count: number;
  readonly sum: DoubleSum;
}

export const mean: AggregationKind<object, MeanPart> = {
  input: 'required',
  takes: ['number', 'boolean'],
  needs: { summed: true },
  parse: () => ({}),
  type: () => 'double',
  empty: () => null,
  evaluate: (window) => (window.sum() + Number(window.own)) / window.count,
  part: {
    empty: () => ({ count: 0, sum: new DoubleSum() }),
    add: (part, value) => changed(part, 1, Number(value), 0),
    merge: (earlier, { count, sum }) => changed(earlier, count, sum.high, sum.low),
    subtract: (part, { count, sum }) => changed(part, -count, -sum.high, -sum.low),
    finish: ({ count, sum }) => sum.value / count,
    encode: ({ count, sum }, to) => {
      to.f64(count);
      sum.encode(to);
    },
    decode: (from) => ({ count: from.f64(), sum: DoubleSum.decode(from) }),
    maxBytes: () => 24,
  },
  sql: ({ value, holds, count }) => finiteSql(`sumKahanIf(${value}, ${holds}) / ${count}`),
};

function changed(part: MeanPart, count: number, high: number, low: number): MeanPart {
  part.count += count;
  part.sum.plus(high).plus(low);
  return part;
}
