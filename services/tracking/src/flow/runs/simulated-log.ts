import type { RunEvent } from '@millrace/schemas';
import type { LogTaker } from '../followed-log.ts';
import type { FactsWindow, PlacedEvent, RunEvents, RunHistory, RunKey, RunLog, StoredNow } from '../ports.ts';
import { factsOf, type RunFact, type Subject } from './run-facts.ts';
import { RunHead } from './run-head.ts';
import { nothingSaid } from './nothing-said.ts';

/** Lets others go first: tests decide for how long. */
export type Pause = (what: string) => Promise<void>;

export const emptyRunEvent: RunEvent = {
  eventId: '',
  subject: 'run',
  id: '',
  experimentId: '0',
  type: 'logged',
  atMs: 1,
  actor: 'a',
  ...nothingSaid,
};

/** One partition that several instances write and follow, in memory. */
export class SimulatedLog {
  readonly events: PlacedEvent[] = [];
  readonly #followers = new Set<() => void>();

  append(event: RunEvent): number {
    const offset = this.events.length;
    this.events.push({ event, offset });
    for (const tell of this.#followers) tell();
    return offset;
  }

  onAppended(follower: () => void): void {
    this.#followers.add(follower);
  }

  /** What a store holds that has stored the log below an offset: facts of writes that are named void there are left out. */
  factsBelow(stored: number, wanted: { subject: Subject; ids: readonly string[]; window?: FactsWindow }): RunFact[] {
    const { subject, ids, window } = wanted;
    const below = this.events
      .slice(0, stored)
      .filter(({ event }) => event.subject === subject && ids.includes(event.id));
    const voids = new Set(below.flatMap(({ event }) => event.voids));
    const facts = below
      .filter(({ offset }) => !voids.has(offset))
      .filter(({ offset }) => window === undefined || (offset < window.before && !window.except.includes(offset)))
      .flatMap(({ event, offset }) => factsOf(event, { partition: 0, offset }))
      .filter(({ kind }) => kind !== 'void');
    const newest = new Map(ids.map((id) => [id, new RunHead(subject, id)]));
    for (const fact of facts) if (fact.kind === 'metric') newest.get(fact.id)?.fold(fact);
    return [
      ...facts.filter(({ kind }) => kind !== 'metric'),
      ...[...newest.values()].flatMap(({ metrics }) => metrics),
    ];
  }
}

/** One instance's doors to the log and to history. */
export class SimulatedInstance implements RunLog, RunEvents, RunHistory {
  readonly partitions = 1;
  readonly #log: SimulatedLog;
  readonly #pause: Pause;
  #stored = 0;
  #delivering: Promise<void> = Promise.resolve();
  loads = 0;

  constructor(log: SimulatedLog, pause: Pause) {
    this.#log = log;
    this.#pause = pause;
  }

  partitionOf(): number {
    return 0;
  }

  async append(event: RunEvent): Promise<{ partition: number; offset: number }> {
    await this.#pause('send');
    const offset = this.#log.append(event);
    await this.#pause('acknowledge');
    return { partition: 0, offset };
  }

  async endOffsets(): Promise<number[]> {
    await this.#pause('ask');
    const end = this.#log.events.length;
    await this.#pause('answer');
    return [end];
  }

  follow(taker: LogTaker<RunEvent>): void {
    const deliver = async (): Promise<void> => {
      await this.#pause('fetch');
      const from = taker.positionOf(0);
      const events = this.#log.events.slice(from);
      await this.#pause('deliver');
      if (events.length > 0) taker.take(0, events, from + events.length);
    };
    this.#log.onAppended(() => {
      this.#delivering = this.#delivering.then(deliver);
    });
  }

  async untilStored([position]: readonly { readonly nextOffset: number }[]): Promise<void> {
    await this.#pause('store');
    this.#stored = Math.max(this.#stored, position?.nextOffset ?? 0);
  }

  /** Rows may be there before it is known how far: the store is asked last. */
  async storedNow(keys: readonly RunKey[]): Promise<StoredNow> {
    const storedTo = [this.#stored];
    await this.#pause('positions');
    const known = keys.filter(({ subject, id }) =>
      this.#log.events.slice(0, this.#stored).some(({ event }) => event.subject === subject && event.id === id),
    );
    await this.#pause('ids');
    return { storedTo, has: (key) => known.some(({ subject, id }) => subject === key.subject && id === key.id) };
  }

  async factsOf(subject: Subject, ids: readonly string[], window?: FactsWindow): Promise<RunFact[]> {
    this.loads += 1;
    await this.#pause('query');
    const facts = this.#log.factsBelow(this.#stored, { subject, ids, ...(window && { window }) });
    await this.#pause('rows');
    return facts;
  }
}
