import type { RunEvent } from '@millrace/schemas';
import type { ExperimentsState } from '../experiments/experiments.ts';
import type { ExperimentsJournal, RunEvents } from '../ports.ts';

export interface Appended {
  readonly partition: number;
  readonly offset: number;
  /** Experiments as they were when the write went out, or later. */
  readonly experiments: Promise<ExperimentsState>;
}

interface Waiting {
  readonly event: RunEvent;
  readonly resolve: (appended: Appended) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Appends in turns: all writes that came during one go out together in the next, and the journal of experiments is asked
 * once for all of them, beside the append and not before it.
 */
export class AppendCycle {
  readonly #events: RunEvents;
  readonly #experiments: Pick<ExperimentsJournal, 'read'>;
  #waiting: Waiting[] = [];
  #isTurning = false;

  constructor(events: RunEvents, experiments: Pick<ExperimentsJournal, 'read'>) {
    this.#events = events;
    this.#experiments = experiments;
  }

  append(event: RunEvent): Promise<Appended> {
    const { promise, resolve, reject } = Promise.withResolvers<Appended>();
    this.#waiting.push({ event, resolve, reject });
    if (!this.#isTurning) {
      this.#isTurning = true;
      // Whatever the sockets have brought in this turn of the event loop comes with it.
      setImmediate(() => void this.#turn());
    }
    return promise;
  }

  async #turn(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      const experiments = this.#experiments.read();
      experiments.catch(() => undefined);
      await Promise.allSettled(
        batch.map(({ event, resolve, reject }) =>
          this.#events.append(event).then((placed) => resolve({ ...placed, experiments }), reject),
        ),
      );
    }
    this.#isTurning = false;
  }
}
