/** A seeded stream of random draws. The same parts always give the same stream, on every machine. */
export class Random {
  readonly #state = new Uint32Array(4);
  #spareNormal: number | undefined;

  /** A stream named by its parts: a seed and whatever it is drawn for, say a day and a purpose. */
  static of(...parts: readonly (string | number)[]): Random {
    return new Random(parts.join('|'));
  }

  private constructor(name: string) {
    let hash = 0x811c9dc5;
    for (let lane = 0; lane < 4; lane += 1) {
      for (let i = 0; i < name.length; i += 1) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
      hash = Math.imul(hash ^ (hash >>> 15) ^ lane, 0x2c1b3c6d);
      this.#state[lane] = hash ^ (hash >>> 13);
    }
    for (let i = 0; i < 12; i += 1) this.#next();
  }

  /** sfc32: 128 bits of state, passes PractRand. */
  #next(): number {
    const [a = 0, b = 0, c = 0, counter = 0] = this.#state;
    const sum = (a + b + counter) | 0;
    this.#state[3] = (counter + 1) | 0;
    this.#state[0] = b ^ (b >>> 9);
    this.#state[1] = (c + (c << 3)) | 0;
    this.#state[2] = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 4294967296;
  }

  uniform(low: number, high: number): number {
    return low + (high - low) * this.#next();
  }

  /** An integer from 0 up to, not including, `below`. */
  index(below: number): number {
    return Math.floor(this.#next() * below);
  }

  chance(probability: number): boolean {
    return this.#next() < probability;
  }

  /** Box and Muller: two normal draws from two uniform ones, the second kept for the next call. */
  normal(mean: number, deviation: number): number {
    if (this.#spareNormal !== undefined) {
      const spare = this.#spareNormal;
      this.#spareNormal = undefined;
      return mean + deviation * spare;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.#next()));
    const angle = 2 * Math.PI * this.#next();
    this.#spareNormal = radius * Math.sin(angle);
    return mean + deviation * radius * Math.cos(angle);
  }

  /** Knuth's multiplication: right for the small means of a cardholder's day. */
  poisson(mean: number): number {
    const limit = Math.exp(-mean);
    let product = this.#next();
    let count = 0;
    while (product > limit) {
      product *= this.#next();
      count += 1;
    }
    return count;
  }

  /** A whole number whose mean is `mean`: a rate of 0.3 a day gives 1 on three days of ten. */
  wholeNumber(mean: number): number {
    const below = Math.floor(mean);
    return below + (this.chance(mean - below) ? 1 : 0);
  }
}
