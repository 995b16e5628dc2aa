import { isText } from '../plans/feature-type.ts';
import type { AggregateValue, AggregationKind } from './aggregation.ts';

interface LastPart {
  readonly value: AggregateValue;
}

const kinds = { none: 0, number: 1, string: 2 } as const;

/** Has the type of its input. */
export const last: AggregationKind<object, LastPart> = {
  input: 'required',
  takes: ['number', 'boolean', 'string'],
  needs: {},
  parse: () => ({}),
  type: (input) => (input === 'string' || input === 'boolean' ? input : 'double'),
  empty: () => null,
  evaluate: (window) => window.own ?? window.valueAt(window.lastEntry()),
  part: {
    empty: () => ({ value: null }),
    add: (_, value) => ({ value }),
    merge: (earlier, later) => (later.value === null ? earlier : later),
    finish: ({ value }) => value,
    encode: ({ value }, to) => {
      to.u8(value === null ? kinds.none : kinds[typeof value as 'number' | 'string']);
      if (typeof value === 'number') to.f64(value);
      else if (value !== null) to.text(value);
    },
    decode: (from) => {
      const kind = from.u8();
      if (kind === kinds.none) return { value: null };
      return { value: kind === kinds.number ? from.f64() : from.text() };
    },
    maxBytes: (_, input) => (input === 'number' ? 9 : Number.POSITIVE_INFINITY),
  },
  sql: ({ value, holds, time, position }, _, type) => {
    const newest = `argMaxIf(${value}, (${time}, ${position}), ${holds})`;
    return isText(type) ? newest : `toFloat64(${newest})`;
  },
};
