import { Turns, type Waiting } from '@millrace/events';
import type { RunEvent } from '@millrace/schemas';
import type { ExperimentsState } from '../experiments/experiments.ts';
import type { ExperimentsJournal, RunEvents } from '../ports.ts';

export interface Appended {
  readonly partition: number;
  readonly offset: number;
  /** Experiments as they were when the write went out, or later. */
  readonly experiments: Promise<ExperimentsState>;
}

/**
 * Appends in turns: all writes that came during one go out together in the next, and the journal of experiments is asked
 * once for all of them, beside the append and not before it.
 */
export class AppendCycle {
  readonly #events: RunEvents;
  readonly #experiments: Pick<ExperimentsJournal, 'read'>;
  readonly #turns = new Turns<RunEvent, Appended>((turn) => this.#appendAll(turn));

  constructor(events: RunEvents, experiments: Pick<ExperimentsJournal, 'read'>) {
    this.#events = events;
    this.#experiments = experiments;
  }

  append(event: RunEvent): Promise<Appended> {
    return this.#turns.next(event);
  }

  async #appendAll(turn: readonly Waiting<RunEvent, Appended>[]): Promise<void> {
    const experiments = this.#experiments.read();
    experiments.catch(() => undefined);
    await Promise.allSettled(
      turn.map(({ asked: event, resolve, reject }) =>
        this.#events.append(event).then((placed) => resolve({ ...placed, experiments }), reject),
      ),
    );
  }
}
