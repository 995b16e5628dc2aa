/** What runs, by key: started when it is wanted and stopped when it is not. */
export class RunningSet<T> {
  readonly #stop: (running: T) => Promise<void>;
  readonly #running = new Map<string, T>();

  constructor(stop: (running: T) => Promise<void>) {
    this.#stop = stop;
  }

  get(key: string): T | undefined {
    return this.#running.get(key);
  }

  values(): T[] {
    return [...this.#running.values()];
  }

  /** Stops what nobody wants any more. */
  async keepOnly(wanted: ReadonlyMap<string, unknown>): Promise<void> {
    for (const [key, running] of this.#running) {
      if (wanted.has(key)) continue;
      this.#running.delete(key);
      await this.#stop(running);
    }
  }

  /** Starts what does not run yet; one that cannot start keeps no other from starting. */
  async startAll<W extends { readonly start: () => Promise<T> }>(
    wanted: ReadonlyMap<string, W>,
  ): Promise<{ readonly wanted: W; readonly error: Error }[]> {
    const failed: { wanted: W; error: Error }[] = [];
    for (const [key, each] of wanted) {
      if (this.#running.has(key)) continue;
      try {
        this.#running.set(key, await each.start());
      } catch (thrown) {
        failed.push({ wanted: each, error: thrown instanceof Error ? thrown : new Error(String(thrown)) });
      }
    }
    return failed;
  }

  async stopAll(): Promise<void> {
    await Promise.all(this.values().map((running) => this.#stop(running)));
    this.#running.clear();
  }
}
