import type { AggregationKind } from './aggregation.ts';
import { ownValue, ownValueSql, requireOwnEvent } from './own-value.ts';

/** Value of the own event itself; missing where there is none, as at a read. */
export const own: AggregationKind = {
  input: 'required',
  takes: ['number', 'boolean', 'string'],
  needs: {},
  parse: (reader) => {
    requireOwnEvent(reader);
    return {};
  },
  type: (input) => (input === 'string' || input === 'boolean' ? input : 'double'),
  empty: () => null,
  evaluate: ownValue,
  sql: (window, _, type) => (type === 'string' ? ownValueSql(window) : `toFloat64(${ownValueSql(window)})`),
};
