import { topics } from '@millrace/schemas';
import { EventsError } from '../errors.ts';
import type { EventBus } from '../event-bus.ts';
import { scanLog } from '../log/scan-log.ts';

/** That a group has read a topic, and one record that it met there. */
export interface SourceWitness {
  readonly generation: number;
  readonly partition: number;
  /** `<offset>:<hash>` of a record of that partition, empty when none was handled. */
  readonly lastHash: string;
}

/**
 * What each group has read, in a topic of its own. Kafka deletes a group's offsets together with a topic, and forgets
 * those of a group that was away for long: without a witness a recreated topic looks like one that was never read, and
 * its records would take the identities of the old ones.
 */
export class SourceWitnesses {
  readonly #bus: EventBus;
  readonly #group: string;
  readonly #noted = new Map<string, number>();

  constructor(bus: EventBus, group: string) {
    this.#bus = bus;
    this.#group = group;
  }

  async ensureTopic(): Promise<void> {
    await this.#bus.topics.ensure([topics['events.sources']]);
  }

  /** What is known of a topic that the group has no offsets in. */
  async find(topic: string): Promise<SourceWitness | null> {
    const key = this.#key(topic);
    let found: SourceWitness | null = null;
    for await (const { key: of, value } of scanLog(this.#bus, this.#name()))
      if (value !== null && of?.toString() === key) found = JSON.parse(value.toString()) as SourceWitness;
    return found;
  }

  /** Writes the first witness of a generation; after the commit that it stands for, so that it never accuses in vain. */
  async note(topic: string, witness: SourceWitness): Promise<void> {
    if ((this.#noted.get(topic) ?? -1) >= witness.generation) return;
    this.#noted.set(topic, witness.generation);
    try {
      const value = Buffer.from(JSON.stringify(witness));
      const key = Buffer.from(this.#key(topic));
      await this.#bus.producer().send([{ topic: this.#name(), partition: 0, key, value }]);
    } catch (error) {
      // The next commit tries again.
      this.#noted.delete(topic);
      throw error;
    }
  }

  #name(): string {
    return this.#bus.topics.name(topics['events.sources'].name);
  }

  #key(topic: string): string {
    return `${this.#group}|${topic}`;
  }
}

/** Why a topic without offsets must not be read as a new one. */
export function offsetsGone(topic: string, witness: SourceWitness, lastHashNow: string | null): EventsError {
  const resume = 'Resume the source with a new generation to read it from its beginning';
  if (lastHashNow === witness.lastHash && lastHashNow !== '')
    return new EventsError(
      'EVENTS_SOURCE_OFFSETS_LOST',
      `the group has read topic "${topic}" in generation ${witness.generation}, but its offsets are gone: they were deleted or have expired. ${resume}`,
    );
  return new EventsError(
    'EVENTS_SOURCE_RECREATED',
    `the group has read topic "${topic}" in generation ${witness.generation}, but it is another log now: the topic was deleted and created again. ${resume}`,
  );
}
