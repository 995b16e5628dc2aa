import { DoubleSum } from './double-sum.ts';
import { strideOf, type WindowLayout } from './window-layout.ts';

const blockSize = 64;
const prefixWidth = 4;

/**
 * Running totals over the entries of one state, so that a window costs two look-ups whatever its population: per column the
 * number of values, their sum as a pair of doubles and the sum of their sizes; lowest and highest value per block of 64.
 * Built when first needed and extended by what was appended; a late event makes everything behind it stale.
 */
export class WindowIndex {
  readonly #layout: WindowLayout;
  readonly #stride: number;
  readonly #prefixStride: number;
  /** Row i holds the totals of entries before i. */
  #prefix: Float64Array;
  /** Lowest and highest value of each block, per ranked column. */
  #extremes: { readonly low: Float64Array; readonly high: Float64Array }[] = [];
  /** Whether all values so far are whole numbers: their sums need no second double. */
  readonly #whole: boolean[];
  #capacity = 0;
  #covered = 0;

  constructor(layout: WindowLayout) {
    this.#layout = layout;
    this.#stride = strideOf(layout);
    this.#prefixStride = layout.columns.length * prefixWidth;
    this.#prefix = new Float64Array(this.#prefixStride);
    this.#whole = layout.columns.map(() => true);
  }

  /** Entries from here on have changed or moved. */
  staleFrom(entry: number): void {
    if (entry < this.#covered) this.#covered = entry;
  }

  /** Brings the index up to date with entries [0, end) of `raw`. */
  cover(raw: Float64Array, end: number): void {
    if (end <= this.#covered) return;
    if (end > this.#capacity) this.#grow(raw.length / this.#stride);
    // A block is built as a whole, so going back into one starts it again.
    const blockStart = this.#covered - (this.#covered % blockSize);
    for (let column = 0; column < this.#layout.columns.length; column += 1) {
      this.#coverTotals(raw, column, end);
      if (this.#layout.columns[column]?.ranked === true) this.#coverExtremes(raw, column, blockStart, end);
    }
    this.#covered = end;
  }

  count(column: number, from: number, to: number): number {
    return this.#at(to, column, 0) - this.#at(from, column, 0);
  }

  sum(raw: Float64Array, column: number, from: number, to: number): number {
    const high = this.#at(to, column, 1) - this.#at(from, column, 1);
    const sizesTo = this.#at(to, column, 3);
    if (this.#whole[column] === true && sizesTo < Number.MAX_SAFE_INTEGER) return high;
    const sizes = sizesTo - this.#at(from, column, 3);
    // Far smaller values after far larger ones would be lost in the totals: then the window itself is added up.
    if (!(sizes > sizesTo * 1e-10) || !Number.isFinite(sizesTo)) return this.#scanSum(raw, column, from, to);
    const difference = new DoubleSum();
    difference.add(this.#at(to, column, 1));
    difference.add(-this.#at(from, column, 1));
    difference.add(this.#at(to, column, 2));
    difference.add(-this.#at(from, column, 2));
    return difference.value;
  }

  /** NaN when there is no value. */
  lowest(raw: Float64Array, column: number, from: number, to: number): number {
    let lowest = Number.POSITIVE_INFINITY;
    const blocks = this.#extremes[column]?.low;
    this.#visit(
      from,
      to,
      (entry) => {
        const value = raw[entry * this.#stride + 2 + column] ?? Number.NaN;
        if (value < lowest) lowest = value;
      },
      (block) => {
        const value = blocks?.[block] ?? Number.NaN;
        if (value < lowest) lowest = value;
      },
    );
    return lowest === Number.POSITIVE_INFINITY ? Number.NaN : lowest;
  }

  /** NaN when there is no value. */
  highest(raw: Float64Array, column: number, from: number, to: number): number {
    let highest = Number.NEGATIVE_INFINITY;
    const blocks = this.#extremes[column]?.high;
    this.#visit(
      from,
      to,
      (entry) => {
        const value = raw[entry * this.#stride + 2 + column] ?? Number.NaN;
        if (value > highest) highest = value;
      },
      (block) => {
        const value = blocks?.[block] ?? Number.NaN;
        if (value > highest) highest = value;
      },
    );
    return highest === Number.NEGATIVE_INFINITY ? Number.NaN : highest;
  }

  /** The newest entry of [from, to) that has a value in the column; -1 when none has. */
  last(column: number, from: number, to: number): number {
    const count = this.#at(to, column, 0);
    if (count === this.#at(from, column, 0)) return -1;
    let low = from;
    let high = to;
    while (low + 1 < high) {
      const middle = (low + high) >>> 1;
      if (this.#at(middle, column, 0) < count) low = middle;
      else high = middle;
    }
    return low;
  }

  #at(row: number, column: number, total: number): number {
    return this.#prefix[row * this.#prefixStride + column * prefixWidth + total] ?? Number.NaN;
  }

  #grow(capacity: number): void {
    const prefix = new Float64Array((capacity + 1) * this.#prefixStride);
    prefix.set(this.#prefix.subarray(0, (this.#covered + 1) * this.#prefixStride));
    this.#prefix = prefix;
    const blocks = Math.ceil(capacity / blockSize);
    this.#extremes = this.#layout.columns.map(({ ranked }, column) => {
      const low = new Float64Array(ranked ? blocks : 0);
      const high = new Float64Array(ranked ? blocks : 0);
      const before = this.#extremes[column];
      if (before !== undefined) {
        low.set(before.low);
        high.set(before.high);
      }
      return { low, high };
    });
    this.#capacity = capacity;
  }

  #coverTotals(raw: Float64Array, column: number, end: number): void {
    const prefix = this.#prefix;
    const summed = this.#layout.columns[column]?.summed === true;
    let at = this.#covered * this.#prefixStride + column * prefixWidth;
    let count = prefix[at] ?? 0;
    const sum = new DoubleSum();
    sum.high = prefix[at + 1] ?? 0;
    sum.low = prefix[at + 2] ?? 0;
    let sizes = prefix[at + 3] ?? 0;
    for (let entry = this.#covered; entry < end; entry += 1) {
      const value = raw[entry * this.#stride + 2 + column] ?? Number.NaN;
      // NaN, "no value", is the one number that differs from itself.
      if (value === value) {
        count += 1;
        if (summed) {
          sum.add(value);
          sizes += Math.abs(value);
          if (!Number.isInteger(value)) this.#whole[column] = false;
        }
      }
      at += this.#prefixStride;
      prefix[at] = count;
      if (!summed) continue;
      prefix[at + 1] = sum.high;
      prefix[at + 2] = sum.low;
      prefix[at + 3] = sizes;
    }
  }

  #coverExtremes(raw: Float64Array, column: number, blockStart: number, end: number): void {
    const extremes = this.#extremes[column];
    if (extremes === undefined) return;
    for (let entry = blockStart; entry < end; entry += 1) {
      const block = Math.floor(entry / blockSize);
      if (entry % blockSize === 0) {
        extremes.low[block] = Number.POSITIVE_INFINITY;
        extremes.high[block] = Number.NEGATIVE_INFINITY;
      }
      const value = raw[entry * this.#stride + 2 + column] ?? Number.NaN;
      if (value < (extremes.low[block] ?? 0)) extremes.low[block] = value;
      if (value > (extremes.high[block] ?? 0)) extremes.high[block] = value;
    }
  }

  /** Visits [from, to) as whole blocks where possible and single entries at both ends. */
  #visit(from: number, to: number, onEntry: (entry: number) => void, onBlock: (block: number) => void): void {
    let entry = from;
    while (entry < to) {
      if (entry % blockSize === 0 && entry + blockSize <= to) {
        onBlock(entry / blockSize);
        entry += blockSize;
      } else {
        onEntry(entry);
        entry += 1;
      }
    }
  }

  #scanSum(raw: Float64Array, column: number, from: number, to: number): number {
    const sum = new DoubleSum();
    for (let entry = from; entry < to; entry += 1) {
      const value = raw[entry * this.#stride + 2 + column] ?? Number.NaN;
      if (value === value) sum.add(value);
    }
    return sum.value;
  }
}
