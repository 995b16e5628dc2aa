import { partitioners, type EventBus } from '@millrace/events';
import type { WindowState } from '@millrace/feature-engine';
import type { FencedStateStore, LogPartition } from '@millrace/online-store';
import type { BorrowedState } from '../flow/build-vectors.ts';
import type { ViewLog } from '../flow/source-blueprint.ts';
import type { StateKey } from './owned-partition.ts';

export interface ViewEntity {
  readonly log: ViewLog;
  readonly entity: string;
}

/** Name of an entity's state within its log partition. */
export function stateKey({ view, decodeState }: ViewLog, entity: string): StateKey<WindowState> {
  return { key: `${view.id}|${entity}`, decode: decodeState };
}

/** Reads states of entities that anyone may own. */
export class ViewStates {
  readonly #bus: EventBus;
  readonly #store: FencedStateStore;

  constructor(bus: EventBus, store: FencedStateStore) {
    this.#bus = bus;
    this.#store = store;
  }

  /** One round trip whatever the number of views; an entity never seen has an empty state. */
  async read(wanted: readonly ViewEntity[]): Promise<BorrowedState[]> {
    const requests: { log: LogPartition; key: string }[] = [];
    for (const { log, entity } of wanted) {
      requests.push({ log: await this.#logPartition(log, entity), key: stateKey(log, entity).key });
    }
    const found = await this.#store.read(requests);
    return wanted.map(({ log }, i) => {
      const state = log.decodeState(found[i] ?? null);
      return { state, partition: requests[i]?.log.partition ?? 0, cut: state.applied };
    });
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
