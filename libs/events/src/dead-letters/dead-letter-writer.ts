import { topicFamilies, topicOfFamily } from '@millrace/schemas';
import type { Poison } from '../consumer/partition-handler.ts';
import type { EventBus } from '../event-bus.ts';
import { bury } from './dead-letter-record.ts';

export function deadLetterTopic(group: string) {
  return topicOfFamily(topicFamilies['{group}.dead-letters'], group);
}

/** Writes a group's dead letters. */
export class DeadLetterWriter {
  readonly #bus: EventBus;
  readonly #group: string;

  constructor(bus: EventBus, group: string) {
    this.#bus = bus;
    this.#group = group;
  }

  async ensureTopic(): Promise<void> {
    await this.#bus.topics.ensure([deadLetterTopic(this.#group)]);
  }

  /** Resolves when the broker has them: only then may the source offset be committed. */
  async write(poison: readonly Poison[], generation: number): Promise<void> {
    const { name, partitions } = deadLetterTopic(this.#group);
    const burial = {
      deadLetterTopic: this.#bus.topics.name(name),
      deadLetterPartitions: partitions,
      group: this.#group,
      generation,
      nowMs: Date.now(),
    };
    await this.#bus.producer().send(poison.map((one) => bury(one, burial)));
  }
}
