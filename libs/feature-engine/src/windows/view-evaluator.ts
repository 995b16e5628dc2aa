import type { AggregateValue } from '../aggregations/aggregation.ts';
import { isText } from '../plans/feature-type.ts';
import type { EntryInputs, EvaluateAt, ViewValues } from '../plans/values.ts';
import type { ViewFeature } from '../plans/view-feature.ts';
import { EntryWindow } from './entry-window.ts';
import type { WindowLayout } from './window-layout.ts';
import type { WindowState } from './window-state.ts';

interface PlannedWindow {
  readonly feature: ViewFeature;
  /** Index into the distinct lower and upper ends of the view's windows. */
  readonly from: number;
  readonly to: number;
}

interface UpperEnd {
  readonly delayMs: number;
  readonly countsOwn: boolean;
}

/** Evaluates all features of one view; windows with the same ends share their look-ups. */
export class ViewEvaluator {
  readonly #windows: readonly PlannedWindow[];
  readonly #numberColumns: number;
  readonly #window: EntryWindow;
  /** Distinct delay + window: where windows begin. */
  readonly #lowerEndsMs: readonly number[];
  readonly #upperEnds: readonly UpperEnd[];
  readonly #from: number[];
  readonly #to: number[];

  constructor(features: readonly ViewFeature[], layout: WindowLayout) {
    const lowerEndsMs: number[] = [];
    const upperEnds: UpperEnd[] = [];
    this.#windows = features.map((feature) => {
      const lowerMs = feature.delayMs + feature.windowMs;
      let from = lowerEndsMs.indexOf(lowerMs);
      if (from === -1) from = lowerEndsMs.push(lowerMs) - 1;
      // Behind a delay the own event is out of reach, whatever the definition says of it.
      const countsOwn = feature.delayMs > 0 || feature.countsOwn;
      let to = upperEnds.findIndex((end) => end.delayMs === feature.delayMs && end.countsOwn === countsOwn);
      if (to === -1) to = upperEnds.push({ delayMs: feature.delayMs, countsOwn }) - 1;
      return { feature, from, to };
    });
    this.#numberColumns = layout.numberColumns;
    this.#window = new EntryWindow(layout);
    this.#lowerEndsMs = lowerEndsMs;
    this.#upperEnds = upperEnds;
    this.#from = lowerEndsMs.map(() => 0);
    this.#to = upperEnds.map(() => 0);
  }

  evaluate(known: WindowState | null, at: EvaluateAt): ViewValues {
    const numbers: number[] = [];
    const strings: (string | null)[] = [];
    const answerable = known === null || !known.isTooLate(at.timeMs);
    // A state whose events had no values for this view is as good as none.
    const state = known === null || known.size === 0 ? null : known;
    if (state !== null && answerable) this.#locate(state, at);
    for (const { feature, from, to } of this.#windows) {
      let value: AggregateValue = null;
      if (answerable) {
        const first = state === null ? 0 : (this.#from[from] ?? 0);
        const last = state === null ? 0 : Math.max(first, this.#to[to] ?? 0);
        value = this.#aggregate(feature, state, first, last, at);
      }
      if (isText(feature.type)) strings.push(value as string | null);
      else numbers.push(Number.isFinite(value) ? (value as number) : Number.NaN);
    }
    return { answerable, numbers, strings };
  }

  #locate(state: WindowState, { timeMs, position }: EvaluateAt): void {
    for (let end = 0; end < this.#lowerEndsMs.length; end += 1) {
      this.#from[end] = state.firstAfter(timeMs - (this.#lowerEndsMs[end] ?? 0));
    }
    for (let end = 0; end < this.#upperEnds.length; end += 1) {
      const upper = this.#upperEnds[end];
      if (upper === undefined) continue;
      if (upper.delayMs > 0 || position === undefined) this.#to[end] = state.firstAfter(timeMs - upper.delayMs);
      else this.#to[end] = state.firstAfterPosition(timeMs, upper.countsOwn ? position : position - 1);
    }
    state.index.cover(state.raw, state.end);
  }

  #aggregate(
    feature: ViewFeature,
    state: WindowState | null,
    from: number,
    to: number,
    { own, position, timeMs }: EvaluateAt,
  ): AggregateValue {
    const { column, kind, part, definition, empty } = feature;
    const counted = own !== undefined && feature.countsOwn && feature.delayMs === 0;
    const window = this.#window;
    window.moveTo({
      state,
      column,
      from,
      to,
      own: counted ? this.#ownValue(own, column) : null,
      ownPosition: position ?? null,
      timeMs,
    });
    if (window.count === 0) return empty;
    return kind.evaluate === undefined ? window.merged(part) : kind.evaluate(window, definition);
  }

  #ownValue(own: EntryInputs, column: number): number | string | null {
    if (column === -1) return 1;
    if (column >= this.#numberColumns) return own.strings[column - this.#numberColumns] ?? null;
    const value = own.numbers[column] ?? Number.NaN;
    return Number.isNaN(value) ? null : value;
  }
}
