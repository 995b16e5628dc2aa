/** The end of a partition's log: which runs it speaks of, as far back as that is remembered. */
export class LogTail {
  readonly #maxKeys: number;
  /** Every mention at this offset or later is remembered. */
  #from = 0;
  /** Offset of the last mention, the oldest first. */
  readonly #lastByKey = new Map<string, number>();

  /** `maxKeys` bounds the memory: the runs that were written to longest ago are forgotten. */
  constructor(maxKeys: number) {
    this.#maxKeys = maxKeys;
  }

  mention(key: string, offset: number): void {
    this.#lastByKey.delete(key);
    this.#lastByKey.set(key, offset);
    if (this.#lastByKey.size <= this.#maxKeys) return;
    for (const [oldest, at] of this.#lastByKey) {
      this.#lastByKey.delete(oldest);
      this.#from = at + 1;
      break;
    }
  }

  /** What lies before an offset was not read. */
  startAt(offset: number): void {
    this.#lastByKey.clear();
    this.#from = offset;
  }

  /** Whether it is certain that nothing at this offset or later speaks of the run. */
  isSilentSince(key: string, offset: number): boolean {
    return offset >= this.#from && (this.#lastByKey.get(key) ?? -1) < offset;
  }
}
