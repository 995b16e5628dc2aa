/** Lets readers wait until everything that was in a log when they came has been applied. */
export class PositionBarrier {
  readonly #endOffset: () => Promise<number>;
  readonly #waiting = new Set<Waiting>();
  #position = 0;
  #failure: Error | undefined;

  constructor(endOffset: () => Promise<number>) {
    this.#endOffset = endOffset;
  }

  get position(): number {
    return this.#position;
  }

  async reached(): Promise<void> {
    await this.passed(await this.#endOffset(), () => true);
  }

  /** Resolves when the position is at least `end` and `holds` is true. */
  passed(end: number, holds: () => boolean): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#position >= end && holds()) return Promise.resolve();
    return new Promise((resolve, reject) => this.#waiting.add({ end, holds, resolve, reject }));
  }

  advance(position: number): void {
    this.#position = position;
    for (const waiting of this.#waiting) {
      if (waiting.end > position || !waiting.holds()) continue;
      this.#waiting.delete(waiting);
      waiting.resolve();
    }
  }

  /** The log can never be followed again. */
  fail(error: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    for (const waiting of this.#waiting) waiting.reject(error);
    this.#waiting.clear();
  }
}

interface Waiting {
  readonly end: number;
  readonly holds: () => boolean;
  resolve(): void;
  reject(error: Error): void;
}
