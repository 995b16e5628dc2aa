import type { AggregateValue } from '../aggregations/aggregation.ts';
import { isText } from '../plans/feature-type.ts';
import type { EntryInputs, EvaluateAt, ViewValues } from '../plans/values.ts';
import type { ViewFeature } from '../plans/view-feature.ts';
import type { RangeEnd } from '../ranges/range.ts';
import { EntryWindow } from './entry-window.ts';
import type { FoldedEvents } from './folded-events.ts';
import type { WindowLayout } from './window-layout.ts';
import type { WindowState } from './window-state.ts';

interface PlannedWindow {
  readonly feature: ViewFeature;
  /** Indexes into the distinct ends of the view's windows. */
  readonly from: number;
  readonly to: number;
}

interface Placed {
  readonly state: WindowState | null;
  readonly folded: FoldedEvents | null;
  readonly from: number;
  readonly to: number;
}

/** Evaluates all features of one view; windows with the same ends share their look-ups. */
export class ViewEvaluator {
  readonly #windows: readonly PlannedWindow[];
  readonly #layout: WindowLayout;
  readonly #window: EntryWindow;
  readonly #ends: readonly RangeEnd[];
  /** Where each end lies in the state that is asked. */
  readonly #located: number[];

  constructor(features: readonly ViewFeature[], layout: WindowLayout) {
    const ends: RangeEnd[] = [];
    const place = (end: RangeEnd) => {
      const known = ends.findIndex(({ id }) => id === end.id);
      return known === -1 ? ends.push(end) - 1 : known;
    };
    this.#windows = features.map((feature) => ({
      feature,
      from: place(feature.range.from),
      to: place(feature.range.to),
    }));
    this.#layout = layout;
    this.#window = new EntryWindow(layout);
    this.#ends = ends;
    this.#located = ends.map(() => 0);
  }

  evaluate(known: WindowState | null, at: EvaluateAt): ViewValues {
    const numbers: number[] = [];
    const strings: (string | null)[] = [];
    const { cut } = at;
    const reached = known === null || cut === undefined || cut >= known.applied ? known : known.asOf(cut);
    const answerable = reached === null || reached.canAnswer(at.timeMs);
    const folded = reached?.folded ?? null;
    const knownThen = answerable ? reached?.knownAt(at.timeMs) : reached;
    // A state whose events had no values for this view, or have all been folded, has no entries to look for.
    const state = !knownThen || knownThen.size === 0 ? null : knownThen;
    if (state !== null && answerable) this.#locate(state, at);
    for (const { feature, from, to } of this.#windows) {
      let value: AggregateValue = null;
      if (answerable) {
        const first = state === null ? 0 : (this.#located[from] ?? 0);
        const last = state === null ? 0 : Math.max(first, this.#located[to] ?? 0);
        value = this.#aggregate(feature, { state, folded, from: first, to: last }, at);
      }
      if (isText(feature.type)) strings.push(value as string | null);
      else numbers.push(Number.isFinite(value) ? (value as number) : Number.NaN);
    }
    return { answerable, numbers, strings };
  }

  #locate(state: WindowState, at: EvaluateAt): void {
    this.#ends.forEach((end, index) => {
      this.#located[index] = end.locate(state, at);
    });
    state.index.cover(state.raw, state.end);
  }

  #aggregate(
    feature: ViewFeature,
    { state, folded, from, to }: Placed,
    { own, position, timeMs }: EvaluateAt,
  ): AggregateValue {
    const { column, kind, part, range, definition, empty } = feature;
    const counted = own !== undefined && range.countsOwn && !((own.availableAtMs ?? timeMs) > timeMs);
    const window = this.#window;
    window.moveTo({
      state,
      folded: range.spanMs === Number.POSITIVE_INFINITY ? (folded?.part(part) ?? null) : null,
      column,
      from,
      to,
      own: counted ? this.#ownValue(own, column) : null,
      ownPosition: position ?? null,
      timeMs,
    });
    if (window.count === 0) return empty;
    return kind.evaluate === undefined || part !== -1 ? window.merged(part) : kind.evaluate(window, definition);
  }

  #ownValue(own: EntryInputs, column: number): number | string | null {
    if (column === -1) return 1;
    const { numberColumns } = this.#layout;
    if (column >= numberColumns) return own.strings[column - numberColumns] ?? null;
    const value = own.numbers[column] ?? Number.NaN;
    return Number.isNaN(value) ? null : value;
  }
}
