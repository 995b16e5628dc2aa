import type { AggregateValue } from '../../aggregations/aggregation.ts';

/** For tests: an event that counts in a window and has a value; the own event is marked. */
export interface NaiveEntry {
  readonly value: number | string;
  readonly timeMs: number;
  readonly position: number;
  readonly isOwn: boolean;
}

/** For tests: an aggregation written down as its definition says, without any thought of speed. */
export interface NaiveAggregation<P extends object = object> {
  /** Of entries in order of time and position, at least one. */
  value(entries: readonly NaiveEntry[], parameters: P, at: { readonly timeMs: number }): AggregateValue;
}
