import { setTimeout as sleep } from 'node:timers/promises';
import { isTransient } from '@millrace/service-kit';
import type { DetectDrift } from './detect-drift.ts';
import type { Monitor, MonitorNote } from './monitor.ts';

export interface RunRoundsParts {
  readonly detect: Pick<DetectDrift, 'forget' | 'round'>;
  /** As they are now: the journal may change while we look. */
  readonly monitors: () => readonly Monitor[];
  /** Keeps what is to be said of a monitor where every instance sees it. */
  readonly note: (monitor: Monitor, note: MonitorNote) => Promise<void>;
  /** Resolves when everything that was said before, by whomever, can be read back. */
  readonly caughtUp: (signal: AbortSignal) => Promise<void>;
  readonly roundMs: number;
  readonly now: () => number;
  readonly log: { warn(event: string, fields?: object): void; error(event: string, fields?: object): void };
  readonly onRound: (round: { readonly durationMs: number; readonly failed: boolean }) => void;
  /** A monitor could not be looked at for a reason that does not pass by itself. */
  readonly onFault: (monitor: Monitor) => void;
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
        failed = !(await this.#round(signal));
      } catch (error) {
        failed = true;
        this.#complain(error);
      }
      // Something may have been said and not remembered: read it back before going on.
      if (failed) isCaughtUp = false;
      const durationMs = now() - startedMs;
      this.#parts.onRound({ durationMs, failed });
      await sleep(Math.max(roundMs, durationMs * REST_FACTOR), undefined, { signal }).catch(() => undefined);
    }
  }

  /** One look at each; one that fails holds up no other. False when any failed. */
  async #round(signal: AbortSignal): Promise<boolean> {
    let isWell = true;
    for (const monitor of this.#parts.monitors()) {
      if (signal.aborted) break;
      try {
        const { note } = await this.#parts.detect.round(monitor, signal);
        await this.#parts.note(monitor, note);
      } catch (error) {
        isWell = false;
        this.#complain(error, monitor.name);
        if (!isTransient(error)) await this.#tell(monitor, error);
      }
    }
    return isWell;
  }

  async #tell(monitor: Monitor, error: unknown): Promise<void> {
    this.#parts.onFault(monitor);
    try {
      await this.#parts.note(monitor, { state: 'failing', reason: messageOf(error) });
    } catch (unwritten) {
      this.#complain(unwritten, monitor.name);
    }
  }

  #complain(error: unknown, monitor: string | null = null): void {
    const reason = messageOf(error);
    if (isTransient(error)) this.#parts.log.warn('round-waits', { monitor, reason });
    else {
      const stack = error instanceof Error ? error.stack : null;
      this.#parts.log.error('round-failed', { monitor, error: reason, stack });
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
