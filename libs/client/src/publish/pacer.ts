import { setTimeout as sleep } from 'node:timers/promises';

/** Longer timers overflow and fire at once. */
const longestSleepMs = 3_600_000;

/** Lets event time pass at a multiple of real time; without a speed everything goes at once. */
export class Pacer {
  readonly #speed: number | undefined;
  readonly #now: () => number;
  #start: { readonly wallMs: number; readonly eventMs: number } | undefined;

  constructor(speed: number | undefined, now: () => number) {
    this.#speed = speed;
    this.#now = now;
  }

  /** How long to wait before what happened at `eventMs` may be published. */
  delayMs(eventMs: number): number {
    if (this.#speed === undefined) return 0;
    this.#start ??= { wallMs: this.#now(), eventMs };
    const due = this.#start.wallMs + (eventMs - this.#start.eventMs) / this.#speed;
    return Math.max(0, due - this.#now());
  }

  /** Resolves when it is time, or when the signal says stop. */
  async wait(eventMs: number, signal: AbortSignal | undefined): Promise<void> {
    for (let leftMs = this.delayMs(eventMs); leftMs > 0; leftMs = this.delayMs(eventMs)) {
      try {
        await sleep(Math.min(leftMs, longestSleepMs), undefined, signal ? { signal } : {});
      } catch {
        return;
      }
    }
  }
}
