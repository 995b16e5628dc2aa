import { setTimeout as sleep } from 'node:timers/promises';
import { isTransient } from '@millrace/service-kit';
import type { DetectDrift } from './detect-drift.ts';
import type { Monitor } from './monitor.ts';

export interface RunRoundsParts {
  readonly detect: DetectDrift;
  readonly monitors: () => Iterable<Monitor>;
  /** Resolves when everything that was said before, by whomever, can be read back. */
  readonly caughtUp: (signal: AbortSignal) => Promise<void>;
  readonly roundMs: number;
  readonly now: () => number;
  readonly log: { warn(event: string, fields?: object): void; error(event: string, fields?: object): void };
  readonly onRound: (round: { readonly durationMs: number; readonly failed: boolean }) => void;
  readonly onLeading: (isLeading: boolean) => void;
}

/** Looks take at most a quarter of the time: ClickHouse has other readers. */
const REST_FACTOR = 3;

/** Looks at the monitors again and again while this instance leads. */
export class RunRounds {
  readonly #parts: RunRoundsParts;
  #running: { readonly stop: AbortController; readonly done: Promise<void> } | null = null;

  constructor(parts: RunRoundsParts) {
    this.#parts = parts;
  }

  get isLeading(): boolean {
    return this.#running !== null;
  }

  start(): void {
    if (this.#running !== null) return;
    const stop = new AbortController();
    this.#running = { stop, done: this.#run(stop.signal) };
    this.#parts.onLeading(true);
  }

  /** Resolves when the window in hand is said, or left. */
  async stop(): Promise<void> {
    this.#running?.stop.abort();
    await this.#running?.done;
    this.#running = null;
    this.#parts.onLeading(false);
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { detect, caughtUp, roundMs, now } = this.#parts;
    let isCaughtUp = false;
    while (!signal.aborted) {
      const startedMs = now();
      let failed = false;
      try {
        if (!isCaughtUp) {
          detect.forget();
          await caughtUp(signal);
          isCaughtUp = true;
        }
        await this.#round(signal);
      } catch (error) {
        failed = true;
        // Something may have been said and not remembered: read it back before going on.
        isCaughtUp = false;
        this.#complain(error);
      }
      const durationMs = now() - startedMs;
      this.#parts.onRound({ durationMs, failed });
      await sleep(Math.max(roundMs, durationMs * REST_FACTOR), undefined, { signal }).catch(() => undefined);
    }
  }

  async #round(signal: AbortSignal): Promise<void> {
    for (const monitor of this.#parts.monitors()) {
      if (signal.aborted) return;
      await this.#parts.detect.round(monitor, signal);
    }
  }

  #complain(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    if (isTransient(error)) this.#parts.log.warn('round-waits', { reason: message });
    else this.#parts.log.error('round-failed', { error: message, stack: error instanceof Error ? error.stack : null });
  }
}
