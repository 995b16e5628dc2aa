import type { AggregationKind } from './aggregation.ts';

export const count: AggregationKind<object, number> = {
  input: 'optional',
  takes: ['number', 'boolean', 'string'],
  needs: {},
  parse: () => ({}),
  type: () => 'double',
  empty: () => 0,
  evaluate: (window) => window.count,
  part: {
    empty: () => 0,
    add: (part) => part + 1,
    merge: (earlier, later) => earlier + later,
    subtract: (part, taken) => part - taken,
    finish: (part) => part,
    encode: (part, to) => to.f64(part),
    decode: (from) => from.f64(),
    maxBytes: () => 8,
  },
  sql: ({ count }) => `toFloat64(${count})`,
};
