import type { EntityState, EntryInputs } from '@millrace/feature-engine';

/** An event, or what takes one back, that this partition has sent to a rekeyed log and that the log's owner may not have applied yet. */
export interface PendingEvent {
  readonly position: number;
  readonly timeMs: number;
  readonly origin: number;
  /** Null where the event of this time and origin is taken back. */
  readonly inputs: EntryInputs | null;
}

/** As the log's owner does it. */
export function applyPending(state: EntityState, { inputs, ...event }: PendingEvent): void {
  if (inputs === null) state.retract(event);
  else state.apply({ ...event, inputs });
}

/**
 * What one source partition knows of the rekeyed logs it writes to beyond the states there. A vector counts these events
 * as if they had been applied, so a burst within the partition is counted exactly whatever the other log's lag.
 */
export class PendingEvents {
  readonly #byEntity = new Map<string, PendingEvent[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(view: string, entity: string, event: PendingEvent): void {
    const key = `${view}|${entity}`;
    const events = this.#byEntity.get(key);
    if (events) events.push(event);
    else this.#byEntity.set(key, [event]);
    this.#size += 1;
  }

  /** Those above the cut, in log order; the others are in the state and are forgotten. */
  above(view: string, entity: string, cut: number): readonly PendingEvent[] {
    const key = `${view}|${entity}`;
    const events = this.#byEntity.get(key);
    if (!events) return [];
    const left = events.filter(({ position }) => position > cut);
    this.#size -= events.length - left.length;
    if (left.length === 0) this.#byEntity.delete(key);
    else if (left.length < events.length) this.#byEntity.set(key, left);
    return left;
  }

  /** Forgets what the owners of the logs have applied; `appliedUpTo` gives the first position not applied yet. */
  prune(appliedUpTo: (view: string, entity: string) => number): void {
    for (const key of this.#byEntity.keys()) {
      const bar = key.indexOf('|');
      const [view, entity] = [key.slice(0, bar), key.slice(bar + 1)];
      this.above(view, entity, appliedUpTo(view, entity) - 1);
    }
  }

  clear(): void {
    this.#byEntity.clear();
    this.#size = 0;
  }
}
