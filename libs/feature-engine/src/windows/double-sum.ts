import type { ByteReader, ByteWriter } from '../aggregations/bytes.ts';

/**
 * Sum of doubles kept as an unevaluated pair (about 106 bits, T. J. Dekker 1971, D. E. Knuth's TwoSum), so that adding and
 * taking away millions of values leaves no drift in the 53 bits that are read.
 */
export class DoubleSum {
  high = 0;
  low = 0;

  static decode(from: ByteReader): DoubleSum {
    const sum = new DoubleSum();
    sum.high = from.f64();
    sum.low = from.f64();
    return sum;
  }

  add(value: number): void {
    const sum = this.high + value;
    const shadow = sum - this.high;
    this.low += this.high - (sum - shadow) + (value - shadow);
    this.high = sum;
  }

  /** The same sum with a value added. */
  plus(value: number): this {
    this.add(value);
    return this;
  }

  get value(): number {
    return this.high + this.low;
  }

  encode(to: ByteWriter): void {
    to.f64(this.high);
    to.f64(this.low);
  }
}
