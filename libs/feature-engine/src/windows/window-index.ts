import { DoubleSum } from './double-sum.ts';
import { ExtremeIndex, type ColumnOf } from './extreme-index.ts';
import { strideOf, type WindowLayout } from './window-layout.ts';

/** What is kept of one column: where its totals lie in a row of totals, and its extremes if any feature asks for them. */
interface IndexedColumn {
  readonly at: number;
  readonly summed: boolean;
  readonly extremes: readonly ExtremeIndex[];
  readonly lowest: ExtremeIndex | null;
  readonly highest: ExtremeIndex | null;
  /** Whether all values so far are whole numbers: their sums need no second double. */
  whole: boolean;
}

const nothing = new Float64Array(0);

/**
 * Running totals over the entries of one state, so that a window costs two look-ups whatever its population: per column the
 * number of values and, where it is summed, their sum as a pair of doubles and the sum of their sizes.
 * Built when first needed and extended by what was appended; a late event makes everything behind it stale.
 */
export class WindowIndex {
  readonly #stride: number;
  readonly #columns: readonly IndexedColumn[];
  readonly #width: number;
  /** Row i holds the totals of the entries before i. */
  #totals = nothing;
  #capacity = 0;
  #covered = 0;

  constructor(layout: WindowLayout) {
    this.#stride = strideOf(layout);
    let width = 0;
    this.#columns = layout.columns.map(({ summed, lowest, highest }) => {
      const at = width;
      width += summed ? 4 : 1;
      const low = lowest ? new ExtremeIndex('lowest') : null;
      const high = highest ? new ExtremeIndex('highest') : null;
      return {
        at,
        summed,
        lowest: low,
        highest: high,
        extremes: [low, high].filter((index) => index !== null),
        whole: true,
      };
    });
    this.#width = width;
  }

  /** Bytes a covered entry takes here. */
  get entryBytes(): number {
    return (this.#width + this.#columns.reduce((count, { extremes }) => count + extremes.length, 0) / 15) * 8;
  }

  /** Entries from here on have changed or moved. */
  staleFrom(entry: number): void {
    if (entry < this.#covered) this.#covered = entry;
  }

  /** Brings the index up to date with entries [0, end) of `raw`. */
  cover(raw: Float64Array, end: number): void {
    if (end <= this.#covered) return;
    if (end > this.#capacity) this.#grow(raw.length / this.#stride);
    for (let column = 0; column < this.#columns.length; column += 1) {
      const indexed = this.#columns[column] as IndexedColumn;
      this.#coverTotals(raw, column, indexed, end);
      for (const index of indexed.extremes) index.cover(this.#of(raw, column), this.#covered, end, this.#capacity);
    }
    this.#covered = end;
  }

  count(column: number, from: number, to: number): number {
    return this.#total(to, column, 0) - this.#total(from, column, 0);
  }

  sum(raw: Float64Array, column: number, from: number, to: number): number {
    const high = this.#total(to, column, 1) - this.#total(from, column, 1);
    const sizesTo = this.#total(to, column, 3);
    if (this.#columns[column]?.whole === true && sizesTo < Number.MAX_SAFE_INTEGER) return high;
    const sizes = sizesTo - this.#total(from, column, 3);
    // Far smaller values after far larger ones would be lost in the totals: then the window itself is added up.
    if (!(sizes > sizesTo * 1e-10) || !Number.isFinite(sizesTo)) return this.#scanSum(raw, column, from, to);
    const difference = new DoubleSum();
    difference.add(this.#total(to, column, 1));
    difference.add(-this.#total(from, column, 1));
    difference.add(this.#total(to, column, 2));
    difference.add(-this.#total(from, column, 2));
    return difference.value;
  }

  /** NaN when there is no value. */
  lowest(raw: Float64Array, column: number, from: number, to: number): number {
    return this.#columns[column]?.lowest?.find(this.#of(raw, column), from, to) ?? Number.NaN;
  }

  /** NaN when there is no value. */
  highest(raw: Float64Array, column: number, from: number, to: number): number {
    return this.#columns[column]?.highest?.find(this.#of(raw, column), from, to) ?? Number.NaN;
  }

  /** The newest entry of [from, to) that has a value in the column; -1 when none has. */
  last(column: number, from: number, to: number): number {
    const count = this.#total(to, column, 0);
    if (count === this.#total(from, column, 0)) return -1;
    let low = from;
    let high = to;
    while (low + 1 < high) {
      const middle = (low + high) >>> 1;
      if (this.#total(middle, column, 0) < count) low = middle;
      else high = middle;
    }
    return low;
  }

  /** The oldest entry of [from, to) that has a value in the column; -1 when none has. */
  first(column: number, from: number, to: number): number {
    const before = this.#total(from, column, 0);
    if (this.#total(to, column, 0) === before) return -1;
    let low = from;
    let high = to;
    while (low + 1 < high) {
      const middle = (low + high) >>> 1;
      if (this.#total(middle, column, 0) > before) high = middle;
      else low = middle;
    }
    return low;
  }

  #of(raw: Float64Array, column: number): ColumnOf {
    return { raw, stride: this.#stride, offset: 2 + column };
  }

  #total(row: number, column: number, which: number): number {
    return this.#totals[row * this.#width + (this.#columns[column] as IndexedColumn).at + which] as number;
  }

  /** Storage only grows when the state's own storage has been made anew, and then every entry is covered again. */
  #grow(capacity: number): void {
    this.#totals = new Float64Array((capacity + 1) * this.#width);
    this.#capacity = capacity;
    this.#covered = 0;
  }

  #coverTotals(raw: Float64Array, column: number, indexed: IndexedColumn, end: number): void {
    const totals = this.#totals;
    const { summed } = indexed;
    let at = this.#covered * this.#width + indexed.at;
    let count = totals[at] as number;
    const sum = new DoubleSum();
    let sizes = 0;
    if (summed) {
      sum.high = totals[at + 1] as number;
      sum.low = totals[at + 2] as number;
      sizes = totals[at + 3] as number;
    }
    for (let entry = this.#covered; entry < end; entry += 1) {
      const value = raw[entry * this.#stride + 2 + column] as number;
      // NaN, "no value", is the one number that differs from itself.
      if (value === value) {
        count += 1;
        if (summed) {
          sum.add(value);
          sizes += Math.abs(value);
          if (!Number.isInteger(value)) indexed.whole = false;
        }
      }
      at += this.#width;
      totals[at] = count;
      if (!summed) continue;
      totals[at + 1] = sum.high;
      totals[at + 2] = sum.low;
      totals[at + 3] = sizes;
    }
  }

  #scanSum(raw: Float64Array, column: number, from: number, to: number): number {
    const sum = new DoubleSum();
    for (let entry = from; entry < to; entry += 1) {
      const value = raw[entry * this.#stride + 2 + column] as number;
      if (value === value) sum.add(value);
    }
    return sum.value;
  }
}
