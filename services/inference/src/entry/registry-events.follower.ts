import { setTimeout as sleep } from 'node:timers/promises';
import type { AvroReader, EventBus, EventsLog } from '@millrace/events';
import { LogReader, TransientError } from '@millrace/events';
import { topics } from '@millrace/schemas';
import type { HearRegistry, RegistryFollower } from '../flow/start-inference.ts';

const promoted = topics['registry.model-promoted'];
const ended = topics['registry.promotion-ended'];
type FollowedTopic = typeof promoted | typeof ended;
const retryMs = 500;

/** Resolves when all that was there at the start, of promotions and of their ends, was told. */
export async function followRegistry(bus: EventBus, hear: HearRegistry): Promise<RegistryFollower> {
  await bus.topics.ensure([promoted, ended]);
  const followers = [
    new RegistryEventsFollower(bus, { topic: promoted, reader: bus.readerFor(promoted), onEvent: hear.promoted }),
    new RegistryEventsFollower(bus, { topic: ended, reader: bus.readerFor(ended), onEvent: hear.ended }),
  ];
  await Promise.all(followers.map((follower) => follower.start()));
  return {
    get fault() {
      return followers.map(({ fault }) => fault).find((fault) => fault !== null) ?? null;
    },
    close: async () => void (await Promise.all(followers.map((follower) => follower.close()))),
  };
}

interface Followed<T> {
  readonly topic: FollowedTopic;
  readonly reader: AvroReader<T>;
  readonly onEvent: (event: T) => void;
}

/**
 * Tells this instance every event of one topic of the registry, from the first one on. No consumer group: each instance
 * must hear of all of them, and what it remembers of them is gone when it ends.
 */
class RegistryEventsFollower<T> {
  readonly #reader: LogReader;
  readonly #followed: Followed<T>;
  readonly #endOffset: () => Promise<number>;
  readonly #log: EventsLog;
  readonly #closing = new AbortController();
  readonly #caughtUp = Promise.withResolvers<void>();
  #lastError: Error | null = null;
  #following: Promise<void> = Promise.resolve();

  constructor(bus: EventBus, followed: Followed<T>) {
    const topic = bus.topics.name(followed.topic.name);
    this.#reader = new LogReader(bus, { topic, partition: 0, startAt: 0 });
    this.#followed = followed;
    this.#endOffset = async () => (await bus.topics.endOffsets(topic))[0] ?? 0;
    this.#log = bus.log;
  }

  /** Resolves when every event that was there at the start was told. */
  async start(): Promise<void> {
    this.#following = this.#follow(await this.#endOffset());
    await this.#caughtUp.promise;
  }

  /** Why events are not heard of at the moment, null when they are. */
  get fault(): string | null {
    return this.#lastError?.message ?? null;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#reader.close();
    await this.#following;
  }

  async #follow(endOffset: number): Promise<void> {
    while (!this.#closing.signal.aborted) {
      if (this.#reader.position >= endOffset) this.#caughtUp.resolve();
      try {
        const { records } = await this.#reader.poll();
        if (records.length > 0) await this.#tell(records);
        this.#lastError = null;
      } catch (error) {
        if (this.#closing.signal.aborted) return;
        this.#lastError = error instanceof Error ? error : new Error(String(error));
        this.#log.warn('registry-not-followed', { topic: this.#followed.topic.name, error: this.#lastError.message });
        await sleep(retryMs, undefined, { signal: this.#closing.signal }).catch(() => undefined);
      }
    }
  }

  /** An event that cannot be read must not be passed over in silence, and must not keep the later ones away. */
  async #tell(records: Awaited<ReturnType<LogReader['poll']>>['records']): Promise<void> {
    const decoded = await this.#decodeUntilAnswered(records);
    for (const [index, result] of decoded.entries()) {
      if (result.ok) this.#followed.onEvent(result.value);
      else {
        const { name } = this.#followed.topic;
        this.#log.error('registry-event-unreadable', {
          topic: name,
          offset: records[index]?.offset,
          reason: result.message,
        });
      }
    }
  }

  /** The reader has moved on already, so a schema registry that is down is waited for here. */
  async #decodeUntilAnswered(records: Awaited<ReturnType<LogReader['poll']>>['records']) {
    for (;;) {
      try {
        return await this.#followed.reader.decodeBatch(records);
      } catch (error) {
        if (!(error instanceof TransientError)) throw error;
        this.#lastError = error;
        await sleep(retryMs, undefined, { signal: this.#closing.signal });
      }
    }
  }
}
