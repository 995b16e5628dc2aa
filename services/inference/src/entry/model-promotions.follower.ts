import { setTimeout as sleep } from 'node:timers/promises';
import type { AvroReader, EventBus, EventsLog } from '@millrace/events';
import { LogReader, TransientError } from '@millrace/events';
import type { ModelPromoted } from '@millrace/schemas';
import { topics } from '@millrace/schemas';

const topic = topics['registry.model-promoted'];
const retryMs = 500;

/**
 * Tells this instance every promotion, from the first one on. No consumer group: each instance must hear of all of
 * them, and what it remembers of them is gone when it ends.
 */
export class ModelPromotionsFollower {
  readonly #reader: LogReader;
  readonly #decode: AvroReader<ModelPromoted>;
  readonly #onPromoted: (promoted: ModelPromoted) => void;
  readonly #log: EventsLog;
  readonly #closing = new AbortController();
  readonly #caughtUp = Promise.withResolvers<void>();
  #lastError: Error | null = null;
  #following: Promise<void> = Promise.resolve();

  private constructor(bus: EventBus, onPromoted: (promoted: ModelPromoted) => void) {
    this.#reader = new LogReader(bus, { topic: bus.topics.name(topic.name), partition: 0, startAt: 0 });
    this.#decode = bus.readerFor(topic);
    this.#onPromoted = onPromoted;
    this.#log = bus.log;
  }

  /** Resolves when every promotion that was there at the start was told. */
  static async start(bus: EventBus, onPromoted: (promoted: ModelPromoted) => void): Promise<ModelPromotionsFollower> {
    await bus.topics.ensure([topic]);
    const [endOffset = 0] = await bus.topics.endOffsets(bus.topics.name(topic.name));
    const follower = new ModelPromotionsFollower(bus, onPromoted);
    follower.#following = follower.#follow(endOffset);
    await follower.#caughtUp.promise;
    return follower;
  }

  /** Why promotions are not heard of at the moment, null when they are. */
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
        this.#log.warn('promotions-not-followed', { error: this.#lastError.message });
        await sleep(retryMs, undefined, { signal: this.#closing.signal }).catch(() => undefined);
      }
    }
  }

  /** A promotion that cannot be read must not be passed over in silence, and must not keep the later ones away. */
  async #tell(records: Awaited<ReturnType<LogReader['poll']>>['records']): Promise<void> {
    const decoded = await this.#decodeUntilAnswered(records);
    for (const [index, result] of decoded.entries()) {
      if (result.ok) this.#onPromoted(result.value);
      else this.#log.error('promotion-unreadable', { offset: records[index]?.offset, reason: result.message });
    }
  }

  /** The reader has moved on already, so a schema registry that is down is waited for here. */
  async #decodeUntilAnswered(records: Awaited<ReturnType<LogReader['poll']>>['records']) {
    for (;;) {
      try {
        return await this.#decode.decodeBatch(records);
      } catch (error) {
        if (!(error instanceof TransientError)) throw error;
        this.#lastError = error;
        await sleep(retryMs, undefined, { signal: this.#closing.signal });
      }
    }
  }
}
