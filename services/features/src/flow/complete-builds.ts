import { EventsError, type EventBus, type Journal } from '@millrace/events';
import type { FencedStateStore } from '@millrace/online-store';
import { Activations } from './activations.ts';
import type { FeaturesCommand, FeaturesState } from './definitions-domain.ts';
import type { PlannedServices } from './planned-services.ts';
import type { SourceBlueprint } from './source-blueprint.ts';

export interface CompleteBuildsParts {
  readonly bus: EventBus;
  readonly store: FencedStateStore;
  readonly journal: Journal<FeaturesState, FeaturesCommand>;
  readonly services: PlannedServices;
}

/**
 * Makes a build the one that serves when it has taken over in every partition, as its fences say: from then on online
 * reads look there, and the older build is stopped. Any instance may find out, and it does not matter how many do.
 */
export class CompleteBuilds {
  readonly #parts: CompleteBuildsParts;

  constructor(parts: CompleteBuildsParts) {
    this.#parts = parts;
  }

  async run(): Promise<void> {
    for (const blueprint of this.#parts.services.builds()) {
      // In their order: a build that catches up with one that does not serve yet comes after that one.
      if (blueprint.predecessor?.predecessor !== null || !(await this.#hasTakenOver(blueprint))) continue;
      await this.#complete(blueprint, blueprint.predecessor);
    }
  }

  async #hasTakenOver(blueprint: SourceBlueprint): Promise<boolean> {
    const { bus, store } = this.#parts;
    const { stateTopic, generation } = blueprint;
    const partitions = await bus.topics.partitions(blueprint.source.definition.topic).catch((error: unknown) => {
      if (error instanceof EventsError && error.code === 'EVENTS_TOPIC_MISSING') return 0;
      throw error;
    });
    if (partitions === 0) return false;
    const logs = Array.from({ length: partitions }, (_, partition) => ({ topic: stateTopic, generation, partition }));
    const fences = await store.fences(logs);
    return fences.every(
      (fence) => fence !== null && Activations.decode(fence.extra).hasTakenOver(blueprint, fence.nextOffset),
    );
  }

  async #complete({ source: { name }, build }: SourceBlueprint, older: SourceBlueprint): Promise<void> {
    const { bus, journal } = this.#parts;
    const services = older.services.map(({ plan }) => plan.id);
    const applied = await journal.submit(
      { type: 'complete-build', source: name, build, services },
      { actor: 'features' },
    );
    if (applied.ok) bus.log.info('features.build-completed', { source: name, build });
    else bus.log.debug('features.build-not-completed', { source: name, build, message: applied.message });
  }
}
