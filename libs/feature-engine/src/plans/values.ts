import type { FeatureType } from './feature-type.ts';

/** What one event brings to one view: filters and inputs already evaluated. NaN and null are "no value". */
export interface EntryInputs {
  readonly numbers: ArrayLike<number>;
  readonly strings: readonly (string | null)[];
  /** When it became known; null or absent: with its event time. */
  readonly availableAtMs?: number | null;
}

/** The values of one view's features; numbers (booleans as 0 and 1) and strings apart, each in feature order. */
export interface ViewValues {
  /** False when the time lies so far before the entity's newest event that the state has dropped what it needs: all missing then. */
  readonly answerable: boolean;
  readonly numbers: ArrayLike<number>;
  readonly strings: readonly (string | null)[];
}

/** When a view is evaluated, and up to where in its log. */
export interface EvaluateAt {
  readonly timeMs: number;
  /** Position of the own event: of the events at exactly `timeMs` only those up to here count. Absent: all of them. */
  readonly position?: number;
  /** Only entries up to this position of the view's log count, as if nothing after it had been applied. */
  readonly cut?: number;
  /** The own event, not applied yet: evaluates as if it had been appended. */
  readonly own?: EntryInputs;
}

/** A model's input in the order of the feature service. */
export interface VectorValues {
  readonly numbers: number[];
  readonly strings: (string | null)[];
}

export interface PlannedFeature {
  readonly name: string;
  readonly type: FeatureType;
  /** Index in `numbers`, or in `strings` when the type is a text. */
  readonly slot: number;
}
