import type { BorrowedState } from './build-vectors.ts';
import { applyPending, type PendingEvents } from './pending-events.ts';
import type { Candidate } from './read-candidates.ts';
import type { SourceBlueprint, ViewLog } from './source-blueprint.ts';

export interface WantedState {
  readonly log: ViewLog;
  readonly entity: string;
}

type Use = 'sibling' | 'foreign';

/** The states of other owners that one batch needs, read once and then private to the batch. */
export class BorrowedStates {
  readonly #wanted = new Map<string, WantedState>();
  readonly #found = new Map<string, BorrowedState>();
  readonly #caughtUp = new Set<string>();
  readonly #pending: PendingEvents;

  constructor(
    { source, rekeyedViews, services, siblingViews }: SourceBlueprint,
    events: readonly Candidate[],
    pending: PendingEvents,
  ) {
    this.#pending = pending;
    // Whether an event comes too late is judged by the views themselves where the source has no key of its own.
    const judgedByViews = source.definition.entity === undefined;
    for (const { rekeyed, serviceKeys, ended } of events) {
      rekeyedViews.forEach((log, j) => {
        const own = rekeyed[j];
        const left = ended?.entities[log.view.id];
        if (left !== undefined && siblingViews.has(log.view.id)) this.#want('sibling', log, left);
        if (own && (judgedByViews || siblingViews.has(log.view.id))) this.#want('sibling', log, own.entity);
      });
      services.forEach(({ views }, i) =>
        serviceKeys[i]?.forEach((key, v) => {
          const view = views[v];
          if (view?.relation === 'foreign') this.#want('foreign', view.log, key);
        }),
      );
    }
  }

  async read(readStates: (wanted: readonly WantedState[]) => Promise<readonly BorrowedState[]>): Promise<void> {
    if (this.#wanted.size === 0) return;
    const states = await readStates([...this.#wanted.values()]);
    [...this.#wanted.keys()].forEach((key, i) => {
      const state = states[i];
      if (state) this.#found.set(key, state);
    });
  }

  foreign(log: ViewLog, entity: string): BorrowedState {
    return this.#get('foreign', log, entity);
  }

  /** Newest event time of an entity in a rekeyed view, what this partition has sent there included. */
  newestMs(log: ViewLog, entity: string): number {
    const { state, cut } = this.#get('sibling', log, entity);
    const sent = this.#pending.above(log.stateTopic, entity, cut);
    return sent.reduce((newestMs, { timeMs }) => Math.max(newestMs, timeMs), state.newestMs);
  }

  /** What this partition has sent before position `before` counts from the first use on. */
  sibling(log: ViewLog, entity: string, before: number): BorrowedState {
    const borrowed = this.#get('sibling', log, entity);
    const key = keyOf('sibling', log, entity);
    if (!this.#caughtUp.has(key)) {
      this.#caughtUp.add(key);
      for (const event of this.#pending.above(log.stateTopic, entity, borrowed.cut)) {
        if (event.position < before) applyPending(borrowed.state, event);
      }
    }
    return borrowed;
  }

  #want(use: Use, log: ViewLog, entity: string): void {
    this.#wanted.set(keyOf(use, log, entity), { log, entity });
  }

  #get(use: Use, log: ViewLog, entity: string): BorrowedState {
    const state = this.#found.get(keyOf(use, log, entity));
    if (!state) throw new RangeError(`the state of ${log.view.id} for "${entity}" was not read`);
    return state;
  }
}

function keyOf(use: Use, { view }: ViewLog, entity: string): string {
  return `${use}|${view.id}|${entity}`;
}
