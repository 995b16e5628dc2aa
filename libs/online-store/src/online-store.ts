import { Redis } from 'ioredis';
import { asOnlineStoreError, OnlineStoreUnavailable } from './errors.ts';
import { CLAIM, COMMIT } from './fence-scripts.ts';
import { FencedStateStore } from './fenced-state-store.ts';
import { FirstWrites } from './first-writes.ts';
import { OnlineKeys } from './log-partition.ts';
import type { RedisCommands } from './redis-commands.ts';

export interface OnlineStoreConfig {
  /** redis:// or rediss://, may hold user and password. */
  readonly url: string;
  readonly keyPrefix: string;
  /** PEM of the authority that signed the server's certificate, for rediss:// with an own authority. */
  readonly ca?: string;
  /** An unanswered command fails after this time. */
  readonly commandTimeoutMs?: number;
}

export interface OnlineStoreLog {
  info(event: string, fields?: Record<string, unknown>): void;
  warn(event: string, fields?: Record<string, unknown>): void;
}

/** The one connection of a process to Redis. */
export class OnlineStore {
  readonly states: FencedStateStore;
  readonly firstWrites: FirstWrites;
  readonly #redis: Redis;

  private constructor(redis: Redis, keys: OnlineKeys) {
    this.#redis = redis;
    const commands = redis as unknown as RedisCommands;
    this.states = new FencedStateStore(commands, keys);
    this.firstWrites = new FirstWrites(commands, keys.firstWritePrefix);
  }

  /** Waits for the first connection; throws `OnlineStoreUnavailable` when there is none. */
  static async connect(config: OnlineStoreConfig, log: OnlineStoreLog): Promise<OnlineStore> {
    const keys = new OnlineKeys(config.keyPrefix);
    const redis = new Redis(config.url, {
      lazyConnect: true,
      // Without the offline queue a command fails at once while Redis is away, so the consumer feels it and waits.
      enableOfflineQueue: false,
      maxRetriesPerRequest: 1,
      connectTimeout: 5_000,
      commandTimeout: config.commandTimeoutMs ?? 10_000,
      keepAlive: 10_000,
      retryStrategy: (attempt) => Math.min(50 * 2 ** Math.min(attempt, 6), 2_000),
      // After a failover the old primary answers READONLY: a new connection finds the new one.
      reconnectOnError: (error) => error.message.startsWith('READONLY'),
      ...(config.ca === undefined ? {} : { tls: { ca: config.ca } }),
    });
    redis.defineCommand('fenceClaim', { lua: CLAIM, numberOfKeys: 1 });
    redis.defineCommand('fenceCommit', { lua: COMMIT });
    // ioredis tells why only here (a certificate that is not trusted, a password that is refused); `connect` fails with less.
    let reason: Error | undefined;
    redis.on('error', (error: Error) => {
      reason = error;
      log.warn('online_store.connection_error', { error: error.message });
    });
    redis.on('ready', () => log.info('online_store.connected'));
    try {
      await redis.connect();
      await warnWhenEvicting(redis, log);
    } catch (error) {
      redis.disconnect();
      const cause = reason ?? error;
      throw new OnlineStoreUnavailable(
        `cannot connect to Redis at ${withoutCredentials(config.url)}: ${cause instanceof Error ? cause.message : String(cause)}`,
        { cause },
      );
    }
    return new OnlineStore(redis, keys);
  }

  /** For readiness: throws `OnlineStoreUnavailable` while Redis does not answer. */
  async ping(): Promise<void> {
    try {
      await this.#redis.ping();
    } catch (error) {
      throw asOnlineStoreError(error);
    }
  }

  /** Lets outstanding commands finish. */
  async close(): Promise<void> {
    if (this.#redis.status !== 'ready') {
      this.#redis.disconnect();
      return;
    }
    await this.#redis.quit().catch(() => this.#redis.disconnect());
  }
}

/** An evicted fence or state is a wrong feature: say so at start. */
async function warnWhenEvicting(redis: Redis, log: OnlineStoreLog): Promise<void> {
  const memory = await redis.info('memory').catch(() => '');
  const policy = /maxmemory_policy:(\S+)/.exec(memory)?.[1] ?? 'noeviction';
  if (policy !== 'noeviction') {
    log.warn('online_store.eviction_policy', { policy, wanted: 'noeviction' });
  }
}

function withoutCredentials(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//');
}
