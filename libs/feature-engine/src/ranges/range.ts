import type { EvaluateAt } from '../plans/values.ts';
import type { WindowState } from '../windows/window-state.ts';

/** Which events one feature counts, ready to be found in a state and printed as SQL. */
export interface Range {
  /** No event that lies this long or longer before the time asked about can count; infinite for a lifetime. */
  readonly spanMs: number;
  /** Events that lie this long or longer before the time asked about are not told apart: none counts, or all do. */
  readonly heldMs: number;
  /** The longest time between neighbours in a session; absent where sessions are no matter. */
  readonly gapMs?: number;
  /** Whether the own event counts where it has not been applied yet. */
  readonly countsOwn: boolean;
  /** The first entry that counts, and the first one behind those that count. */
  readonly from: RangeEnd;
  readonly to: RangeEnd;
  /** Between which times events can count, for people: after the first, null for any, up to the second. */
  boundsMs(timeMs: number): { readonly afterMs: number | null; readonly upToMs: number };
  /** Condition over the columns `t`, `e_time` and `e_pos` of an event joined to a row, and what `sessionsSql` adds for its gap. */
  sql(row: RangeRow): string;
}

export interface RangeEnd {
  /** Ends of equal ids lie at the same entry: features that share one share the look-up. */
  readonly id: string;
  locate(state: WindowState, at: EvaluateAt): number;
}

export interface RangeRow {
  /** SQL of the position of the row's own event; negative where it has none. */
  readonly own: string;
  /** Condition: the event is the row's own one. */
  readonly isOwn: string;
}

/** Up to where a range reaches, whatever its kind. */
export interface RangeReach {
  readonly delayMs: number;
  readonly countsOwn: boolean;
}
