import { asOnlineStoreError } from './errors.ts';
import type { RedisCommands } from './redis-commands.ts';

/**
 * One value a key, of which the first one written stays, for a stated time: who of several that do the same thing at
 * once, or again, is the one that counts. As durable as Redis is: with `appendfsync everysec` a crash of Redis can
 * forget the last second.
 */
export class FirstWrites {
  readonly #redis: RedisCommands;
  readonly #prefix: string;

  constructor(redis: RedisCommands, prefix: string) {
    this.#redis = redis;
    this.#prefix = prefix;
  }

  /** The value that stands; null when there is none, or its time has run out. */
  find(key: string): Promise<Buffer | null> {
    return this.#run(() => this.#redis.getBuffer(this.#prefix + key));
  }

  /** Writes the value unless one stands; gives the earlier one, null when this one is the first. */
  async put(key: string, value: Buffer, retentionMs: number): Promise<Buffer | null> {
    for (;;) {
      const written = await this.#run(() => this.#redis.set(this.#prefix + key, value, 'PX', retentionMs, 'NX'));
      if (written !== null) return null;
      const earlier = await this.find(key);
      // None: the earlier one ran out between the two questions.
      if (earlier !== null) return earlier;
    }
  }

  /** Puts another value in the place of the one that stands, for the rest of its time; nothing when none stands. */
  async replace(key: string, value: Buffer): Promise<void> {
    await this.#run(() => this.#redis.set(this.#prefix + key, value, 'KEEPTTL', 'XX'));
  }

  async #run<T>(command: () => Promise<T>): Promise<T> {
    try {
      return await command();
    } catch (error) {
      throw asOnlineStoreError(error);
    }
  }
}
