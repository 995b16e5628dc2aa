import type { AggregateValue, WindowView } from '../aggregations/aggregation.ts';
import type { PlannedPart } from './block-index.ts';
import type { FoldedPart } from './folded-events.ts';
import type { WindowLayout } from './window-layout.ts';
import type { WindowState } from './window-state.ts';

/** What is asked of an `EntryWindow` next. */
export interface WindowPlace {
  /** Null where there are no entries. */
  readonly state: WindowState | null;
  /** What counts of the events before all entries. */
  readonly folded: FoldedPart | null;
  /** -1 where every event counts with the value 1. */
  readonly column: number;
  readonly from: number;
  readonly to: number;
  readonly own: number | string | null;
  readonly ownPosition: number | null;
  readonly timeMs: number;
}

/** The window of one feature after the other: made once and moved, because a vector has many. */
export class EntryWindow implements WindowView {
  readonly #layout: WindowLayout;
  #state: WindowState | null = null;
  #folded: FoldedPart | null = null;
  #column = -1;
  from = 0;
  to = 0;
  count = 0;
  own: number | string | null = null;
  ownPosition: number | null = null;
  timeMs = 0;

  constructor(layout: WindowLayout) {
    this.#layout = layout;
  }

  moveTo({ state, folded, column, from, to, own, ownPosition, timeMs }: WindowPlace): void {
    this.#state = state;
    this.#folded = folded;
    this.#column = column;
    this.from = from;
    this.to = to;
    this.own = own;
    this.ownPosition = ownPosition;
    this.timeMs = timeMs;
    const values = column === -1 || state === null ? to - from : state.index.count(column, from, to);
    this.count = (folded?.count ?? 0) + values + (own === null ? 0 : 1);
  }

  valueAt(entry: number): number | string | null {
    return this.#state?.entryValue(entry, this.#column) ?? null;
  }

  timeAt(entry: number): number {
    return this.#state?.timeAt(entry) ?? Number.NaN;
  }

  positionAt(entry: number): number {
    return this.#state?.positionAt(entry) ?? Number.NaN;
  }

  firstEntry(): number {
    if (this.#column === -1) return this.to > this.from ? this.from : -1;
    return this.#state?.index.first(this.#column, this.from, this.to) ?? -1;
  }

  lastEntry(): number {
    if (this.#column === -1) return this.to > this.from ? this.to - 1 : -1;
    return this.#state?.index.last(this.#column, this.from, this.to) ?? -1;
  }

  sum(): number {
    return this.#state?.index.sum(this.#state.raw, this.#column, this.from, this.to) ?? 0;
  }

  lowest(): number {
    return this.#state?.index.lowest(this.#state.raw, this.#column, this.from, this.to) ?? Number.NaN;
  }

  highest(): number {
    return this.#state?.index.highest(this.#state.raw, this.#column, this.from, this.to) ?? Number.NaN;
  }

  /** The value that the layout's part with this index has over all values of the window, what is folded and the own one included. */
  merged(index: number): AggregateValue {
    const { part, parameters } = this.#layout.parts[index] as PlannedPart;
    let whole = this.#state?.parts[index]?.over(this, this.from, this.to) ?? part.empty(parameters);
    // Merged into an empty one first, because the folded part itself must not change.
    if (this.#folded !== null)
      whole = part.merge(part.merge(part.empty(parameters), this.#folded.part, parameters), whole, parameters);
    const { timeMs, own } = this;
    const position = Number.POSITIVE_INFINITY;
    if (own !== null) whole = part.add(whole, own, { timeMs, position }, parameters);
    return part.finish(whole, { timeMs, ownPosition: own === null ? this.ownPosition : position }, parameters);
  }
}
