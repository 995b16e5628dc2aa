import { topicFamilies, topicOfFamily } from '@millrace/schemas';
import type { Poison } from '../consumer/partition-handler.ts';
import { EventsError } from '../errors.ts';
import type { EventBus } from '../event-bus.ts';
import type { EventProducer } from '../event-producer.ts';
import type { OutgoingRecord } from '../outgoing-record.ts';
import { sizeOf } from '../request-room.ts';
import { cutLetter } from './cut-letter.ts';
import { bury } from './dead-letter-record.ts';

export function deadLetterTopic(group: string) {
  return topicOfFamily(topicFamilies['{group}.dead-letters'], group);
}

/** What a record batch takes besides its records, and a little more. */
const batchBytes = 1_024;
/** A broker ends the connection of a request above 100 MiB, which looks like an outage: what may not compress is not tried. */
const maxCompressedBytes = 64 * 1024 * 1024;

/** Writes a group's dead letters. */
export class DeadLetterWriter {
  readonly #bus: EventBus;
  readonly #group: string;
  #compressing: EventProducer | null = null;

  constructor(bus: EventBus, group: string) {
    this.#bus = bus;
    this.#group = group;
  }

  async ensureTopic(): Promise<void> {
    await this.#bus.topics.ensure([deadLetterTopic(this.#group)]);
  }

  /** Resolves when the broker has them: only then may the source offset be committed. */
  async write(poison: readonly Poison[], generation: number): Promise<void> {
    const { name, partitions, maxMessageBytes } = deadLetterTopic(this.#group);
    const burial = {
      deadLetterTopic: this.#bus.topics.name(name),
      deadLetterPartitions: partitions,
      group: this.#group,
      generation,
      nowMs: Date.now(),
    };
    const maxBytes = maxMessageBytes - batchBytes;
    let waiting: OutgoingRecord[] = [];
    for (const letter of poison.map((one) => bury(one, burial))) {
      if (sizeOf(letter) <= maxBytes) {
        waiting.push(letter);
        continue;
      }
      await this.#bus.producer().send(waiting);
      waiting = [];
      await this.#writeLarge(letter, maxBytes);
    }
    await this.#bus.producer().send(waiting);
  }

  /**
   * A source may take larger records than the dead letters, or take them compressed. The letter is compressed too; where
   * that does not do, it holds the beginning and the hash of the rest: the source must not stand still for a record that
   * nobody can handle, and whoever asks can tell what it was.
   */
  async #writeLarge(letter: OutgoingRecord, maxBytes: number): Promise<void> {
    if (sizeOf(letter) <= maxCompressedBytes) {
      try {
        this.#compressing ??= this.#bus.newProducer({ compression: 'zstd' });
        await this.#compressing.send([letter]);
        return;
      } catch (error) {
        if (!(error instanceof EventsError && error.code === 'EVENTS_RECORD_TOO_LARGE')) throw error;
      }
    }
    await this.#bus.producer().send([cutLetter(letter, maxBytes)]);
  }
}
