import type { EvaluateAt, ViewValues } from '../plans/values.ts';
import type { Applied, Retraction, WindowEntry } from './window-state.ts';

/** One value of the online store that a state consists of: under the state's own key with a suffix; null is to be deleted. */
export interface StateWrite {
  /** Empty for the value that is read first, which says what others there are. */
  readonly suffix: string;
  readonly bytes: Buffer | null;
}

/** What a view knows of one entity, however it keeps it. Its content is a function of the entries applied, in their order. */
export interface EntityState {
  /** The cut: last position of the view's log that has been applied; -1 before the first. */
  readonly applied: number;
  /** Event time of the newest event; minus infinity before the first. */
  readonly newestMs: number;
  /** Bytes that this state takes in memory: what a bounded cache counts. */
  readonly sizeBytes: number;
  isTooLate(timeMs: number): boolean;
  apply(entry: WindowEntry): Applied;
  /** Takes back an event that was applied before, if it is still kept; never too late. */
  retract(retraction: Retraction): Applied;
  /** Values of the view's features. Changes nothing. */
  evaluate(at: EvaluateAt): ViewValues;
  /** What the online store must hold after the changes since these were asked for last; copies that later changes do not touch. */
  writes(): readonly StateWrite[];
}
