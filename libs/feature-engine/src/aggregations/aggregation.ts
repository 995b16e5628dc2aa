import type { ObjectReader } from '../definitions/object-reader.ts';
import type { CheckedType } from '../expressions/check-expression.ts';
import type { Expression } from '../expressions/expression.ts';
import type { FeatureType } from '../plans/feature-type.ts';
import type { ByteReader, ByteWriter } from './bytes.ts';

/** A feature's value; null is missing. Booleans are 0 and 1; a list or a map is its JSON text. */
export type AggregateValue = number | string | null;

/**
 * One way to make a value out of the events of a window, with everything that is known of it in one place. `P` are the members
 * that it adds to the document of a feature, which is what `parameters` is wherever it is asked for.
 */
export type AggregationKind<P extends object = object, S = unknown> = AggregationRules<P> &
  (EvaluatedKind<P, S> | MergedKind<P, S>);

interface AggregationRules<P extends object> {
  /** Whether a feature has an `input`. Without one every event has the value 1. */
  readonly input: 'none' | 'optional' | 'required';
  /** Types of input that it takes; booleans arrive as 0 and 1. */
  readonly takes: readonly ('number' | 'boolean' | 'string')[];
  /** What the index of its column must hold: only that may be asked of a `WindowView`. */
  readonly needs: IndexNeeds;
  /** Reads its own members of the document, records what is wrong with them and fills in defaults. */
  parse(reader: ObjectReader): P;
  type(input: CheckedType | undefined, parameters: P): FeatureType;
  /** What is taken of each event, where that is not the input itself. */
  shape?(input: Expression, type: CheckedType, parameters: P): Expression;
  /** The value of a window without values, where the document does not say. */
  empty(parameters: P): AggregateValue;
  /**
   * The same value of a window that has values, as ClickHouse SQL over the grouped events of a row: Nullable(Float64), or
   * Nullable(String) for a text; NULL where the number is not finite.
   */
  sql(window: WindowSql, parameters: P, type: FeatureType): string;
}

interface EvaluatedKind<P extends object, S> {
  /** The value of a window that has at least one value. */
  evaluate(window: WindowView, parameters: P): AggregateValue;
  readonly part?: MergeablePart<P, S>;
}

/** The value is that of the part over all entries of the window and the own event. */
interface MergedKind<P extends object, S> {
  readonly evaluate?: undefined;
  readonly part: MergeablePart<P, S>;
}

export interface IndexNeeds {
  readonly summed?: true;
  readonly lowest?: true;
  readonly highest?: true;
}

/**
 * A state that the value of a window can be made of, and that two adjoining windows can be merged in. With one a kind needs no
 * index of its own: windows are put together out of parts over 16, 16², 16³ … entries. Where these begin and end is no matter
 * of the definition, so however a window is cut, values may differ in the last digits at most.
 */
export interface MergeablePart<P extends object, S> {
  /** A new state of no values, which the caller may change. */
  empty(parameters: P): S;
  /** Adds a value later than all before it, in order of time and position. May change `part` and give it back. */
  add(part: S, value: number | string, at: EntryPlace, parameters: P): S;
  /** `later` holds what comes after `earlier`. May change `earlier` and give it back, never `later`. */
  merge(earlier: S, later: S, parameters: P): S;
  /** The inverse of `merge` for kinds that are groups: what is left when `taken` has been taken out of `part`. */
  subtract?(part: S, taken: S, parameters: P): S;
  /** The value of a part that holds at least one value. */
  finish(part: S, at: AskedAt, parameters: P): AggregateValue;
  /** Equal parts give equal bytes. */
  encode(part: S, to: ByteWriter, parameters: P): void;
  decode(from: ByteReader, parameters: P): S;
  /** No part takes more bytes than this; infinite where it holds texts, which have no bound. */
  maxBytes(parameters: P, input: 'number' | 'string'): number;
}

/** When a part is asked for its value. */
interface AskedAt {
  readonly timeMs: number;
  /** Position that the own event was added with, infinite where it was not applied yet; null without one. */
  readonly ownPosition: number | null;
}

export interface EntryPlace {
  readonly timeMs: number;
  readonly position: number;
}

/**
 * The entries of a window in order of time and position, seen through the column of one feature. The own event, where it counts
 * and is not applied yet, comes after all of them at `timeMs`.
 */
export interface WindowView {
  /** Entries [from, to) lie in the window, also those without a value. */
  readonly from: number;
  readonly to: number;
  /** Number of values, the own one included. */
  readonly count: number;
  /** Value of the own event, as if it had been appended; null when there is none. */
  readonly own: number | string | null;
  /** Position of the own event where it has been applied: one of the entries, if it counts. Null at a read. */
  readonly ownPosition: number | null;
  /** The time that is asked about. */
  readonly timeMs: number;
  /** Null: this entry has no value. */
  valueAt(entry: number): number | string | null;
  timeAt(entry: number): number;
  positionAt(entry: number): number;
  /** The oldest and the newest entry with a value, the own one aside; -1 when there is none. */
  firstEntry(): number;
  lastEntry(): number;
  /** Of the entries, the own one aside; needs `summed`. 0 when there is no value. */
  sum(): number;
  /** Of the entries, the own one aside; need `lowest` and `highest`. NaN when there is no value. */
  lowest(): number;
  highest(): number;
}

/** SQL of the parts that an aggregate is made of, over the events joined to a row: an event counts where `holds`. */
export interface WindowSql {
  /** The value of the event: Float64 or String, not null where `holds`. */
  readonly value: string;
  readonly valueType: 'number' | 'string';
  /** Condition: the event lies in the window, passes the filter and has a value. */
  readonly holds: string;
  /** Number of events that count, as an aggregate; more than 0 where the value matters. */
  readonly count: string;
  /** Event time in milliseconds, and place in the view's log, of the event; both Int64. */
  readonly time: string;
  readonly position: string;
  /** The time that the row asks about, in milliseconds; the same for all events of a row, so take `any` of it beside aggregates. */
  readonly at: string;
  /** Condition: the event is the row's own one. */
  readonly isOwn: string;
}

/** A number, or NULL where it is none that a feature can have. */
export function finiteSql(sql: string): string {
  return `if(isFinite(${sql}), ${sql}, NULL)`;
}
