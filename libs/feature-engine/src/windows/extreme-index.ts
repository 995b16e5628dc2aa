const fanOut = 16;
const shift = 4;

/** A column of the entries: value of entry i is `raw[i * stride + offset]`, NaN where it has none. */
export interface ColumnOf {
  readonly raw: Float64Array;
  readonly stride: number;
  readonly offset: number;
}

/**
 * Lowest values of a column over blocks of 16, 16², 16³ … entries, so that the lowest of any range takes a look at no more
 * than 30 values a level. The highest is the lowest of the negated column.
 */
export class ExtremeIndex {
  readonly #sign: 1 | -1;
  /** `#levels[k][i]`: the lowest of entries [i * 16^(k+1), (i+1) * 16^(k+1)). */
  #levels: Float64Array[] = [];
  #capacity = 0;

  constructor(which: 'lowest' | 'highest') {
    this.#sign = which === 'lowest' ? 1 : -1;
  }

  /** Rebuilds every block that holds an entry of [from, end). */
  cover(column: ColumnOf, from: number, end: number, capacity: number): void {
    if (capacity > this.#capacity) this.#grow(capacity);
    let first = from;
    let count = end;
    for (let level = 0; level < this.#levels.length; level += 1) {
      const blocks = this.#levels[level];
      if (blocks === undefined) break;
      first >>>= shift;
      const blockCount = (count + fanOut - 1) >>> shift;
      for (let block = first; block < blockCount; block += 1) {
        blocks[block] = this.#lowestOf(column, level, block * fanOut, Math.min(count, (block + 1) * fanOut));
      }
      count = blockCount;
    }
  }

  /** NaN when no entry of [from, to) has a value. */
  find(column: ColumnOf, from: number, to: number): number {
    let lowest = Number.POSITIVE_INFINITY;
    let low = from;
    let high = to;
    let level = 0;
    while (level < this.#levels.length && high - low > 2 * fanOut) {
      const inner = (low + fanOut - 1) & -fanOut;
      const outer = high & -fanOut;
      lowest = Math.min(lowest, this.#lowestOf(column, level, low, inner), this.#lowestOf(column, level, outer, high));
      low = inner >>> shift;
      high = outer >>> shift;
      level += 1;
    }
    lowest = Math.min(lowest, this.#lowestOf(column, level, low, high));
    return lowest === Number.POSITIVE_INFINITY ? Number.NaN : lowest * this.#sign;
  }

  /** The lowest signed value of nodes [from, to): entries at level 0, blocks of the level below above it. */
  #lowestOf({ raw, stride, offset }: ColumnOf, level: number, from: number, to: number): number {
    let lowest = Number.POSITIVE_INFINITY;
    if (level === 0) {
      // A comparison with NaN does not hold, so entries without a value are passed over.
      if (this.#sign === 1) {
        for (let at = from * stride + offset, end = to * stride + offset; at < end; at += stride) {
          const value = raw[at] as number;
          if (value < lowest) lowest = value;
        }
        return lowest;
      }
      for (let at = from * stride + offset, end = to * stride + offset; at < end; at += stride) {
        const value = -(raw[at] as number);
        if (value < lowest) lowest = value;
      }
      return lowest;
    }
    const blocks = this.#levels[level - 1] as Float64Array;
    for (let block = from; block < to; block += 1) {
      const value = blocks[block] as number;
      if (value < lowest) lowest = value;
    }
    return lowest;
  }

  /** What was in the blocks is lost: everything is covered anew, which growth by a factor makes rare. */
  #grow(capacity: number): void {
    this.#levels = [];
    for (let blocks = capacity; blocks > fanOut;) {
      blocks = Math.ceil(blocks / fanOut);
      this.#levels.push(new Float64Array(blocks));
    }
    this.#capacity = capacity;
  }
}
