import { isText } from '../plans/feature-type.ts';
import type { AggregateValue, AggregationKind } from './aggregation.ts';

interface FirstPart {
  readonly value: AggregateValue;
}

const kinds = { none: 0, number: 1, string: 2 } as const;

/** Value of the oldest event that has one; of equal times, the first in the log. Has the type of its input. */
export const first: AggregationKind<object, FirstPart> = {
  input: 'required',
  takes: ['number', 'boolean', 'string'],
  needs: {},
  parse: () => ({}),
  type: (input) => (input === 'string' || input === 'boolean' ? input : 'double'),
  empty: () => null,
  evaluate: (window) => {
    const entry = window.firstEntry();
    return entry === -1 ? window.own : window.valueAt(entry);
  },
  part: {
    empty: () => ({ value: null }),
    add: (part, value) => (part.value === null ? { value } : part),
    merge: (earlier, later) => (earlier.value === null ? later : earlier),
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
    // A text has no bound.
    maxBytes: (_, input) => (input === 'number' ? 9 : Number.POSITIVE_INFINITY),
  },
  sql: ({ value, holds, time, position }, _, type) => {
    const oldest = `argMinIf(${value}, (${time}, ${position}), ${holds})`;
    return isText(type) ? oldest : `toFloat64(${oldest})`;
  },
};
