import { partitioners, type EventBus } from '@millrace/events';
import type { FencedStateStore, LogPartition } from '@millrace/online-store';
import type { AppliedLogs, PushedPlace, ViewLogEnd } from '../flow/feast/push-features.ts';
import type { SourceBlueprint } from '../flow/source-blueprint.ts';

/** How far the states in Redis are, by their fences. */
export class OnlineProgress implements AppliedLogs {
  readonly #store: Pick<FencedStateStore, 'fences'>;
  readonly #topics: Pick<EventBus['topics'], 'endOffsets' | 'name'>;

  constructor(store: Pick<FencedStateStore, 'fences'>, topics: Pick<EventBus['topics'], 'endOffsets' | 'name'>) {
    this.#store = store;
    this.#topics = topics;
  }

  ofSource({ stateTopic, generation }: SourceBlueprint, places: readonly PushedPlace[]): Promise<boolean> {
    const ends = new Map<number, number>();
    for (const { partition, offset } of places) {
      ends.set(partition, Math.max(offset + 1, ends.get(partition) ?? 0));
    }
    return this.#reached([...ends].map(([partition, end]) => [{ topic: stateTopic, generation, partition }, end]));
  }

  async viewLogEnds({ rekeyedViews }: SourceBlueprint, places: readonly PushedPlace[]): Promise<ViewLogEnd[]> {
    const ends: ViewLogEnd[] = [];
    for (const [v, view] of rekeyedViews.entries()) {
      const { rekeyedTopic } = view;
      if (!rekeyedTopic) continue;
      const keys = places.flatMap(({ candidate }) => candidate.rekeyed[v]?.entity ?? []);
      const partitions = new Set(keys.map((key) => partitioners.murmur2(Buffer.from(key), rekeyedTopic.partitions)));
      if (partitions.size === 0) continue;
      const endOffsets = await this.#topics.endOffsets(this.#topics.name(rekeyedTopic.name));
      for (const partition of partitions) ends.push({ view, partition, endOffset: endOffsets[partition] ?? 0 });
    }
    return ends;
  }

  ofViews(ends: readonly ViewLogEnd[]): Promise<boolean> {
    return this.#reached(
      ends.map(({ view, partition, endOffset }) => {
        // As the states are named that are read: by the topic's full name.
        const topic = this.#topics.name(view.stateTopic);
        return [{ topic, generation: view.generation, partition }, endOffset];
      }),
    );
  }

  async #reached(wanted: readonly (readonly [LogPartition, number])[]): Promise<boolean> {
    const fences = await this.#store.fences(wanted.map(([log]) => log));
    return wanted.every(([, end], i) => (fences[i]?.nextOffset ?? 0) >= end);
  }
}
