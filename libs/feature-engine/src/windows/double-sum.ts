/**
 * Sum of doubles kept as an unevaluated pair (about 106 bits, T. J. Dekker 1971, D. E. Knuth's TwoSum), so that adding and
 * taking away millions of values leaves no drift in the 53 bits that are read.
 */
export class DoubleSum {
  high = 0;
  low = 0;

  add(value: number): void {
    const sum = this.high + value;
    const shadow = sum - this.high;
    this.low += this.high - (sum - shadow) + (value - shadow);
    this.high = sum;
  }

  get value(): number {
    return this.high + this.low;
  }
}
