import { UnavailableError } from '@millrace/service-kit';

/** Reads that wait until one partition of a followed log is folded up to where it ended when they came. */
export class WaitingReads {
  /** What the log is of, and where it is read: for people. */
  readonly #place: { readonly log: string; readonly partition: number };
  readonly #position: () => number;
  readonly #waiting = new Set<{ readonly end: number; readonly resolve: () => void }>();

  /** `position` gives the next offset to fold. */
  constructor(place: { readonly log: string; readonly partition: number }, position: () => number) {
    this.#place = place;
    this.#position = position;
  }

  get isEmpty(): boolean {
    return this.#waiting.size === 0;
  }

  /** Resolves when everything below `end` is folded; rejects when that takes too long. */
  async until(end: number, timeoutMs: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiting = { end, resolve };
    this.#waiting.add(waiting);
    const timer = setTimeout(() => {
      const { log, partition } = this.#place;
      const how = `the log of ${log} is read up to ${this.#position()} of ${end} in partition ${partition}`;
      reject(new UnavailableError('TRACKING_LOG_BEHIND', how));
    }, timeoutMs);
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(waiting);
    }
  }

  /** The position has moved: those go on that waited for no more. */
  moved(): void {
    for (const { end, resolve } of this.#waiting) if (end <= this.#position()) resolve();
  }
}
