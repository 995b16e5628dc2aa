import type { Word64 } from './word64.ts';

/** A set of 64-bit hashes: open addressing over pairs of halves. Their low bits are spread evenly, being hashes. */
export class HashSet {
  #slots = new Uint32Array(2 * 16);
  #taken = 0;
  /** A slot of two zeros is a free one, so the hash 0 is noted apart. */
  #hasZero = false;

  get size(): number {
    return this.#taken + (this.#hasZero ? 1 : 0);
  }

  add({ high, low }: Word64): void {
    if (high === 0 && low === 0) {
      this.#hasZero = true;
      return;
    }
    if (this.#put(high, low) && this.#taken * 4 > this.#slots.length) this.#grow();
  }

  /** Every hash, in no order that matters. The word is overwritten by the next one. */
  forEach(use: (hash: Word64) => void, word: Word64): void {
    if (this.#hasZero) use(word.setHalves(0, 0));
    for (let at = 0; at < this.#slots.length; at += 2) {
      const high = this.#slots[at] ?? 0;
      const low = this.#slots[at + 1] ?? 0;
      if (high !== 0 || low !== 0) use(word.setHalves(high, low));
    }
  }

  /** Whether it was not there yet. */
  #put(high: number, low: number): boolean {
    const mask = this.#slots.length - 1;
    let at = (low * 2) & mask;
    while (this.#slots[at] !== 0 || this.#slots[at + 1] !== 0) {
      if (this.#slots[at] === high && this.#slots[at + 1] === low) return false;
      at = (at + 2) & mask;
    }
    this.#slots[at] = high;
    this.#slots[at + 1] = low;
    this.#taken += 1;
    return true;
  }

  #grow(): void {
    const before = this.#slots;
    this.#slots = new Uint32Array(before.length * 2);
    this.#taken = 0;
    for (let at = 0; at < before.length; at += 2) {
      const high = before[at] ?? 0;
      const low = before[at + 1] ?? 0;
      if (high !== 0 || low !== 0) this.#put(high, low);
    }
  }
}
