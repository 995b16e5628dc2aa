interface Timed {
  readonly end: number;
  timeAt(entry: number): number;
}

/**
 * Where the sessions begin that the entries of one state make: runs in which no two neighbours lie further apart than a gap.
 * Built when first needed and extended by what was appended; a late event makes everything behind it stale.
 */
export class SessionIndex {
  readonly #gapMs: number;
  /** By entry: the first one of its session. */
  #starts = new Float64Array(0);
  #covered = 0;

  constructor(gapMs: number) {
    this.#gapMs = gapMs;
  }

  get sizeBytes(): number {
    return this.#starts.byteLength;
  }

  /** Entries from here on have changed or moved. */
  staleFrom(entry: number): void {
    if (entry < this.#covered) this.#covered = entry;
  }

  /** The first entry of the session that an entry lies in. */
  startOf(entry: number, entries: Timed): number {
    if (entry >= this.#covered) this.#cover(entries);
    return this.#starts[entry] ?? entry;
  }

  #cover(entries: Timed): void {
    const { end } = entries;
    if (end > this.#starts.length) {
      const grown = new Float64Array(end + (end >>> 1));
      grown.set(this.#starts.subarray(0, this.#covered));
      this.#starts = grown;
    }
    for (let entry = this.#covered; entry < end; entry += 1) {
      const goesOn = entry > 0 && entries.timeAt(entry) - entries.timeAt(entry - 1) <= this.#gapMs;
      this.#starts[entry] = goesOn ? (this.#starts[entry - 1] as number) : entry;
    }
    this.#covered = end;
  }
}
