/**
 * An unsigned 64-bit number as two halves, changed in place: JavaScript's own BigInt takes some twenty times as long for a
 * hash, and a hash is made for every event of a window.
 */
export class Word64 {
  high: number;
  low: number;

  constructor(high: number, low: number) {
    this.high = high >>> 0;
    this.low = low >>> 0;
  }

  set(from: Word64): this {
    this.high = from.high;
    this.low = from.low;
    return this;
  }

  setHalves(high: number, low: number): this {
    this.high = high >>> 0;
    this.low = low >>> 0;
    return this;
  }

  add(other: Word64): this {
    const low = this.low + other.low;
    this.high = (this.high + other.high + (low > 0xffff_ffff ? 1 : 0)) >>> 0;
    this.low = low >>> 0;
    return this;
  }

  multiply(other: Word64): this {
    const low = this.low & 0xffff;
    const mid = this.low >>> 16;
    const otherLow = other.low & 0xffff;
    const otherMid = other.low >>> 16;
    // Every partial sum stays below 2^53, where doubles count exactly.
    const first = mid * otherLow + ((low * otherLow) >>> 16);
    const second = low * otherMid + (first % 0x1_0000);
    const carried = mid * otherMid + Math.floor(first / 0x1_0000) + Math.floor(second / 0x1_0000);
    this.high = (carried + Math.imul(this.high, other.low) + Math.imul(this.low, other.high)) >>> 0;
    this.low = Math.imul(this.low, other.low) >>> 0;
    return this;
  }

  xor(other: Word64): this {
    this.high = (this.high ^ other.high) >>> 0;
    this.low = (this.low ^ other.low) >>> 0;
    return this;
  }

  /** By 1 to 31 bits. */
  rotateLeft(bits: number): this {
    const { high, low } = this;
    this.high = ((high << bits) | (low >>> (32 - bits))) >>> 0;
    this.low = ((low << bits) | (high >>> (32 - bits))) >>> 0;
    return this;
  }

  /** `x ^= x >> bits`. */
  xorShiftRight(bits: number): this {
    if (bits >= 32) {
      this.low = (this.low ^ (this.high >>> (bits - 32))) >>> 0;
      return this;
    }
    this.low = (this.low ^ ((this.low >>> bits) | (this.high << (32 - bits)))) >>> 0;
    this.high = (this.high ^ (this.high >>> bits)) >>> 0;
    return this;
  }
}
