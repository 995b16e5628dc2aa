import type { AggregationKind, IndexNeeds, WindowView } from './aggregation.ts';

interface Extreme {
  readonly sql: 'min' | 'max';
  readonly needs: IndexNeeds;
  /** Of a window's entries; NaN when none has a value. */
  readonly of: (window: WindowView) => number;
  readonly choose: (a: number, b: number) => number;
  /** What any value is chosen over. */
  readonly worst: number;
}

/** The lowest and the highest value differ in which of two they choose. */
export function extreme({ sql, needs, of, choose, worst }: Extreme): AggregationKind<object, number> {
  return {
    input: 'required',
    takes: ['number', 'boolean'],
    needs,
    parse: () => ({}),
    type: () => 'double',
    empty: () => null,
    evaluate: (window) => {
      const value = of(window);
      if (window.own === null) return value;
      const own = Number(window.own);
      return Number.isNaN(value) ? own : choose(value, own);
    },
    part: {
      empty: () => worst,
      add: (part, value) => choose(part, Number(value)),
      merge: (earlier, later) => choose(earlier, later),
      finish: (part) => part,
      encode: (part, to) => to.f64(part),
      decode: (from) => from.f64(),
      maxBytes: () => 8,
    },
    sql: ({ value, holds }) => `${sql}If(${value}, ${holds})`,
  };
}
