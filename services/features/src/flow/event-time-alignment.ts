/** Where one partition stands in event time. */
interface Standing {
  /** Event time of what it will send next. */
  nextMs: number;
  /** Whether more is waiting: a partition that has caught up holds nobody back. */
  active: boolean;
}

/** Longest time that a partition waits for one that does not move: an outage there must not stop the others for ever. */
const longestWaitMs = 10_000;

/**
 * Keeps the partitions of one source together while they catch up: none runs ahead of the slowest active one in event
 * time by more than `slackMs`, so that what they send into a common log arrives nearly in the order of event time.
 * Knows the partitions of this process; those of other instances are not waited for.
 */
export class EventTimeAlignment {
  readonly #standings = new Map<number, Standing>();
  #moved = Promise.withResolvers<void>();

  /** A partition that has records waiting is waited for from the start, whatever their time. */
  join(partition: number, active: boolean): void {
    this.#standings.set(partition, { nextMs: Number.NEGATIVE_INFINITY, active });
    this.#tell();
  }

  leave(partition: number): void {
    this.#standings.delete(partition);
    this.#tell();
  }

  stands(partition: number, standing: Partial<Standing>): void {
    const known = this.#standings.get(partition);
    if (known) Object.assign(known, standing);
    this.#tell();
  }

  /** Up to which event time a partition may go, once that is at least `nextMs`. */
  async horizon(
    partition: number,
    nextMs: number,
    { slackMs, signal }: { slackMs: number; signal: AbortSignal },
  ): Promise<number> {
    this.stands(partition, { nextMs, active: true });
    const patience = new Patience();
    try {
      for (;;) {
        const slowestMs = this.#slowestOther(partition);
        const horizonMs = slowestMs + slackMs;
        if (horizonMs >= nextMs || signal.aborted) return Math.max(horizonMs, nextMs);
        patience.waitFor(slowestMs);
        if (!(await this.#somethingMoves(patience, signal))) return nextMs;
      }
    } finally {
      patience.end();
    }
  }

  #slowestOther(partition: number): number {
    let slowest = Number.POSITIVE_INFINITY;
    for (const [other, { nextMs, active }] of this.#standings) {
      if (other !== partition && active && nextMs < slowest) slowest = nextMs;
    }
    return slowest;
  }

  async #somethingMoves(patience: Patience, signal: AbortSignal): Promise<boolean> {
    const taken = Promise.withResolvers<false>();
    const stop = (): void => taken.resolve(false);
    signal.addEventListener('abort', stop, { once: true });
    try {
      return await Promise.race([this.#moved.promise.then(() => true), patience.ended, taken.promise]);
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  #tell(): void {
    this.#moved.resolve();
    this.#moved = Promise.withResolvers<void>();
  }
}

/** How long one wait may still take: begun anew only when the slowest itself has moved, whatever the others do meanwhile. */
class Patience {
  readonly #ended = Promise.withResolvers<false>();
  #slowestMs: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  get ended(): Promise<false> {
    return this.#ended.promise;
  }

  waitFor(slowestMs: number): void {
    if (this.#slowestMs !== undefined && slowestMs <= this.#slowestMs) return;
    this.#slowestMs = slowestMs;
    this.end();
    this.#timer = setTimeout(() => this.#ended.resolve(false), longestWaitMs);
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
