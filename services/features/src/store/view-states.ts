import { partitioners, type EventBus } from '@millrace/events';
import { EventLedger, type EntityState } from '@millrace/feature-engine';
import type { FencedStateStore, LogPartition, ReadState, StateRequest } from '@millrace/online-store';
import type { BorrowedState } from '../flow/build-vectors.ts';
import { ledgerKey } from '../flow/judge-candidates.ts';
import { KnownProgress } from '../flow/known-progress.ts';
import type { Candidate } from '../flow/read-candidates.ts';
import { KeptRow, rowKey } from '../flow/row-versions.ts';
import type { SourceBlueprint, ViewLog } from '../flow/source-blueprint.ts';
import type { StateKey } from './owned-partition.ts';

export interface ViewEntity {
  readonly log: ViewLog;
  readonly entity: string;
}

/** Name of an entity's state within its log partition. */
export function stateKey({ view, decodeState }: ViewLog, entity: string): StateKey<EntityState> {
  return { key: `${view.id}|${entity}`, decode: decodeState };
}

/** A log that is not known in Redis yet is looked for among the groups' commits, but not by every request anew. */
const commitsKeptMs = 500;

/** Reads states of entities that anyone may own. */
export class ViewStates {
  readonly #bus: EventBus;
  readonly #store: FencedStateStore;
  readonly #now: () => number;
  readonly #progress = new KnownProgress();
  readonly #commits = new Map<string, { readonly askedAtMs: number; readonly offsets: Promise<readonly number[]> }>();

  constructor({ bus, store, now }: { bus: EventBus; store: FencedStateStore; now: () => number }) {
    this.#bus = bus;
    this.#store = store;
    this.#now = now;
  }

  /**
   * One round trip whatever the number of views; an entity never seen has an empty state.
   * @throws StatesRebuilding when Redis has lost what these states were.
   */
  async read(wanted: readonly ViewEntity[]): Promise<BorrowedState[]> {
    const requests: StateRequest[] = [];
    for (const { log, entity } of wanted) {
      requests.push({ log: await this.#logPartition(log, entity), key: stateKey(log, entity).key });
    }
    const found = await this.#store.read(requests);
    await this.#checkProgress(wanted, requests, found);
    return wanted.map(({ log }, i) => {
      const state = log.decodeState(found[i]?.value ?? null);
      return { state, partition: requests[i]?.log.partition ?? 0, cut: state.applied };
    });
  }

  /** What the owner of an event's partition remembers of its entity; nothing where the source has no key that says which. */
  async ledger(blueprint: SourceBlueprint, candidate: Candidate): Promise<EventLedger> {
    const key = ledgerKey(candidate);
    if (key === null || candidate.event.entity === null) return EventLedger.empty();
    const found = await this.#ownersState(blueprint, candidate, key);
    return found ? EventLedger.decode(found) : EventLedger.empty();
  }

  /** The row that a change is of, as the owner of its partition has it. */
  async row(blueprint: SourceBlueprint, candidate: Candidate): Promise<KeptRow> {
    const key = rowKey(candidate);
    return KeptRow.decode(key === null ? null : await this.#ownersState(blueprint, candidate, key));
  }

  async #ownersState(
    { source, generation, group, stateTopic }: SourceBlueprint,
    { record: { partition } }: Candidate,
    key: string,
  ): Promise<Buffer | null> {
    const log = { topic: stateTopic, generation, partition };
    const [found] = await this.#store.read([{ log, key }]);
    await this.#progress.check(log, found?.nextOffset ?? null, () =>
      this.#committedUpTo(group, source.definition.topic, partition),
    );
    return found?.value ?? null;
  }

  /** Once a log partition, however many states were read of it. */
  async #checkProgress(
    wanted: readonly ViewEntity[],
    requests: readonly StateRequest[],
    found: readonly ReadState[],
  ): Promise<void> {
    const checked = new Map<ViewLog, Set<number>>();
    for (const [i, { log: at }] of requests.entries()) {
      const log = wanted[i]?.log;
      if (!log) continue;
      const partitions = checked.get(log) ?? new Set();
      checked.set(log, partitions);
      if (partitions.has(at.partition)) continue;
      partitions.add(at.partition);
      await this.#progress.check(at, found[i]?.nextOffset ?? null, () =>
        this.#committedUpTo(log.group, this.#topicOf(log), at.partition),
      );
    }
  }

  #topicOf({ view, rekeyedTopic }: ViewLog): string {
    return rekeyedTopic ? this.#bus.topics.name(rekeyedTopic.name) : view.source.definition.topic;
  }

  async #committedUpTo(group: string, topic: string, partition: number): Promise<number> {
    let asked = this.#commits.get(group);
    if (!asked || this.#now() - asked.askedAtMs > commitsKeptMs) {
      asked = { askedAtMs: this.#now(), offsets: this.#bus.topics.committedOffsets(group, topic) };
      this.#commits.set(group, asked);
    }
    return Math.max(0, (await asked.offsets)[partition] ?? 0);
  }

  /** Which log partition holds an entity: what the producers' partitioner says, or ours for a rekeyed log. */
  async #logPartition({ view, rekeyedTopic, stateTopic, generation }: ViewLog, entity: string): Promise<LogPartition> {
    if (rekeyedTopic) {
      const partition = partitioners.murmur2(Buffer.from(entity), rekeyedTopic.partitions);
      return { topic: this.#bus.topics.name(stateTopic), generation, partition };
    }
    const { definition } = view.source;
    const key = view.source.recordKey(entity);
    const count = await this.#bus.topics.partitions(definition.topic);
    const partition = key === null ? 0 : partitioners[definition.partitioner ?? 'murmur2'](key, count);
    return { topic: stateTopic, generation, partition };
  }
}
