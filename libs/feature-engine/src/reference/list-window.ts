import type { WindowView } from '../aggregations/aggregation.ts';

export interface ListEntry {
  readonly timeMs: number;
  readonly position: number;
  /** Null: no value. */
  readonly value: number | string | null;
}

/** For tests: a window over a list of entries in order, without any index. */
export class ListWindow implements WindowView {
  readonly #entries: readonly ListEntry[];
  readonly from = 0;
  readonly timeMs: number;
  readonly own: number | string | null;
  readonly ownPosition: number | null;

  constructor(
    entries: readonly ListEntry[],
    at: { readonly timeMs: number; readonly own?: number | string | null; readonly ownPosition?: number },
  ) {
    this.#entries = entries;
    this.timeMs = at.timeMs;
    this.own = at.own ?? null;
    this.ownPosition = at.ownPosition ?? null;
  }

  get to(): number {
    return this.#entries.length;
  }

  get count(): number {
    return this.#values().length + (this.own === null ? 0 : 1);
  }

  valueAt(entry: number): number | string | null {
    return this.#entries[entry]?.value ?? null;
  }

  timeAt(entry: number): number {
    return this.#entries[entry]?.timeMs ?? Number.NaN;
  }

  positionAt(entry: number): number {
    return this.#entries[entry]?.position ?? Number.NaN;
  }

  firstEntry(): number {
    return this.#entries.findIndex(({ value }) => value !== null);
  }

  lastEntry(): number {
    return this.#entries.findLastIndex(({ value }) => value !== null);
  }

  sum(): number {
    return this.#values().reduce((sum, value) => sum + value, 0);
  }

  lowest(): number {
    return this.#values().reduce((low, value) => (value >= low ? low : value), Number.NaN);
  }

  highest(): number {
    return this.#values().reduce((high, value) => (value <= high ? high : value), Number.NaN);
  }

  #values(): number[] {
    return this.#entries.flatMap(({ value }) => (value === null ? [] : [Number(value)]));
  }
}
