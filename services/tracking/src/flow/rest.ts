/** A follower's rest between two fetches while nobody waits: what comes meanwhile is fetched together. */
export class Rest {
  readonly #restMs: number;
  readonly #resting = new Set<() => void>();

  constructor(restMs: number) {
    this.#restMs = restMs;
  }

  /** Somebody waits from now on. */
  end(): void {
    this.#resting.forEach((wake) => wake());
  }

  async take(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#resting.add(resolve);
    const timer = setTimeout(resolve, this.#restMs);
    await promise;
    clearTimeout(timer);
    this.#resting.delete(resolve);
  }
}
