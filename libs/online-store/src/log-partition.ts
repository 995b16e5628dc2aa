import { OnlineStoreError } from './errors.ts';

/** One partition of one log in one generation: the unit that is owned, fenced and stored together. */
export interface LogPartition {
  readonly topic: string;
  readonly generation: number;
  readonly partition: number;
}

/** What a name of ours in Redis stands for: a state, or a fence where `key` is null. */
export interface ParsedKey {
  readonly log: LogPartition;
  readonly key: string | null;
}

/** Braces would move the hash tag, and with it the slot; colons are how we separate the parts. */
const SAFE_PREFIX = /^[A-Za-z0-9._-]{1,64}$/;
const SAFE_TOPIC = /^[A-Za-z0-9._-]{1,249}$/;

/** Names of the keys in Redis: everything of one log partition carries the same hash tag, so it shares a Cluster slot. */
export class OnlineKeys {
  readonly #prefix: string;

  constructor(prefix: string) {
    if (!SAFE_PREFIX.test(prefix)) {
      throw new OnlineStoreError(
        'ONLINE_STORE_BAD_KEY',
        `key prefix ${JSON.stringify(prefix)} may hold letters, digits, ".", "_" and "-" only`,
      );
    }
    this.#prefix = prefix;
  }

  fence(log: LogPartition): string {
    return `${this.#root(log)}:fence`;
  }

  /** What stands before a state's own key. The own key may hold anything: the hash tag is closed before it. */
  statePrefix(log: LogPartition): string {
    return `${this.#root(log)}:s:`;
  }

  /** Pattern of SCAN for every name of ours. */
  get allPattern(): string {
    return `${this.#prefix}:{*`;
  }

  /** Null for a name that is not ours. */
  parse(name: string): ParsedKey | null {
    if (!name.startsWith(`${this.#prefix}:{`)) return null;
    const rest = name.slice(this.#prefix.length + 1);
    const [, topic = '', generation, partition, kind, key] =
      /^\{([^|}]+)\|(\d+)\|(\d+)\}:(?:(fence)$|s:(.*)$)/s.exec(rest) ?? [];
    if (topic === '') return null;
    const log = { topic, generation: Number(generation), partition: Number(partition) };
    return { log, key: kind === undefined ? (key ?? '') : null };
  }

  /** What stands before the key of a first write. */
  get firstWritePrefix(): string {
    return `${this.#prefix}:first:`;
  }

  #root(log: LogPartition): string {
    if (!SAFE_TOPIC.test(log.topic)) {
      throw new OnlineStoreError('ONLINE_STORE_BAD_KEY', `${JSON.stringify(log.topic)} is not a Kafka topic name`);
    }
    return `${this.#prefix}:{${log.topic}|${log.generation}|${log.partition}}`;
  }
}
