import { randomBytes } from 'node:crypto';
import { asOnlineStoreError, OnlineStoreError } from './errors.ts';
import { COMMIT_RESULTS } from './fence.ts';
import type {
  ClaimResult,
  CommitResult,
  Epoch,
  OwnedLoad,
  OwnedPosition,
  ReadState,
  StateBatch,
  StateFence,
  StateRequest,
} from './fence.ts';
import type { LogPartition, OnlineKeys, ParsedKey } from './log-partition.ts';
import type { RedisCommands } from './redis-commands.ts';

const EMPTY = Buffer.alloc(0);

/**
 * States of entities as binary values, one fence a log partition. A batch is one script call, so the states and the
 * fence are always of the same position, whoever crashes in between.
 */
export class FencedStateStore {
  readonly #redis: RedisCommands;
  readonly #keys: OnlineKeys;
  /** Claims of this process: whether a batch was acknowledged yet, so that a lost fence is not taken for a new one. */
  readonly #claims = new Map<Epoch, { started: boolean }>();
  readonly #epochs = new Map<string, Epoch>();

  constructor(redis: RedisCommands, keys: OnlineKeys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  /**
   * Takes the partition over: every earlier owner is refused from now on. `expectedProgress` is the position known from
   * elsewhere (the consumer group's commit): when it is given and Redis has no fence, nothing is claimed and the answer is
   * `lost`. To rebuild, claim again without it and replay from the beginning of the log.
   */
  async claim(log: LogPartition, options: { readonly expectedProgress?: number } = {}): Promise<ClaimResult> {
    const fenceKey = this.#keys.fence(log);
    const nonce = randomBytes(9).toString('base64url');
    const reply = await this.#run(() =>
      this.#redis.fenceClaimBuffer(
        fenceKey,
        nonce,
        options.expectedProgress === undefined ? '' : String(options.expectedProgress),
      ),
    );
    const [result, epochBytes, ...fields] = reply;
    if (result?.toString() === 'lost' || !epochBytes) return { result: 'lost' };
    const epoch = epochBytes.toString() as Epoch;
    const fence = toFence(fields);
    const previous = this.#epochs.get(fenceKey);
    if (previous !== undefined) this.#claims.delete(previous);
    this.#epochs.set(fenceKey, epoch);
    this.#claims.set(epoch, { started: fence !== null });
    return { result: 'claimed', epoch, fence };
  }

  /** Writes the states of a batch and moves the fence, in one call. Sending the same batch again is harmless. */
  async commit(batch: StateBatch): Promise<CommitResult> {
    const claim = this.#claims.get(batch.epoch);
    // A claim that this process made and then made again is one of its own zombies.
    if (claim === undefined) return 'foreign-epoch';
    const reply = await this.#run(() => this.#redis.fenceCommit(this.#commitArguments(batch, claim.started)));
    const result = COMMIT_RESULTS.find((known) => known === reply);
    if (result === undefined) {
      throw new OnlineStoreError(
        'ONLINE_STORE_OVERLAP',
        `batch ${batch.from}..${batch.to} of ${batch.log.topic}/${batch.log.partition} overlaps what is already applied: ` +
          'after a failed commit send the same batch again, or claim the partition again',
      );
    }
    if (result === 'applied' || result === 'already') claim.started = true;
    return result;
  }

  /** States in the order of the keys; null where there is none. One round trip. */
  async load(log: LogPartition, keys: readonly string[]): Promise<(Buffer | null)[]> {
    if (keys.length === 0) return [];
    const prefix = this.#keys.statePrefix(log);
    return this.#run(() => this.#redis.mgetBuffer(keys.map((key) => prefix + key)));
  }

  /**
   * As `load`, for the owner, who goes on from what it reads: Redis must stand where the owner does. One that came back
   * with less would otherwise be told from a good one by the next commit only, when events have been computed on it.
   * Without keys it only asks that.
   */
  async loadOwned(log: LogPartition, { epoch, next }: OwnedPosition, keys: readonly string[]): Promise<OwnedLoad> {
    // The fence after the states: a connection that breaks between the two has the second one sent to the new Redis.
    const [values, [epochNow, nextNow]] = await Promise.all([
      this.load(log, keys),
      this.#run(() => this.#redis.hmgetBuffer(this.#keys.fence(log), 'epoch', 'next')),
    ]);
    const stored = epochNow?.toString();
    if (stored === epoch) return Number(nextNow ?? 0) < next ? { result: 'behind' } : { result: 'loaded', values };
    return { result: stored === undefined || counterOf(stored) < counterOf(epoch) ? 'behind' : 'foreign-epoch' };
  }

  /** States of any logs in the order of the requests, each with how far its log is, all in one round trip. */
  async read(requests: readonly StateRequest[]): Promise<ReadState[]> {
    const groups = new Map<string, { log: LogPartition; keys: string[]; positions: number[] }>();
    requests.forEach(({ log, key }, position) => {
      const prefix = this.#keys.statePrefix(log);
      let group = groups.get(prefix);
      if (!group) groups.set(prefix, (group = { log, keys: [], positions: [] }));
      group.keys.push(prefix + key);
      group.positions.push(position);
    });
    const states: ReadState[] = requests.map(() => ({ value: null, nextOffset: null }));
    // Commands written in the same tick leave in one packet; the fence after the states, as in `loadOwned`.
    await Promise.all(
      [...groups.values()].map(async ({ log, keys, positions }) => {
        const [values, [next]] = await Promise.all([
          this.#run(() => this.#redis.mgetBuffer(keys)),
          this.#run(() => this.#redis.hmgetBuffer(this.#keys.fence(log), 'next')),
        ]);
        const nextOffset = next ? Number(next.toString()) : null;
        positions.forEach((position, i) => {
          states[position] = { value: values[i] ?? null, nextOffset };
        });
      }),
    );
    return states;
  }

  /** Fences without claiming anything: how far the online values of each log are. */
  async fences(logs: readonly LogPartition[]): Promise<(StateFence | null)[]> {
    return Promise.all(
      logs.map(async (log) =>
        toFence(
          await this.#run(() => this.#redis.hmgetBuffer(this.#keys.fence(log), 'next', 'hash', 'partitions', 'extra')),
        ),
      ),
    );
  }

  /**
   * Deletes states and fences that are not wanted (`key` is null for a fence) and returns how many. Walks the whole
   * keyspace: for clean-up, not for traffic. `current` is asked again before anything goes, so that what came into being
   * meanwhile stays.
   */
  async sweep(current: () => Promise<(log: LogPartition, key: string | null) => boolean>): Promise<number> {
    let isWanted = await current();
    let deleted = 0;
    for await (const page of this.#pages()) {
      const unwanted = (): string[] => page.filter(({ log, key }) => !isWanted(log, key)).map(({ name }) => name);
      if (unwanted().length === 0) continue;
      isWanted = await current();
      const names = unwanted();
      if (names.length > 0) deleted += await this.#run(() => this.#redis.unlink(names));
    }
    return deleted;
  }

  async *#pages(): AsyncGenerator<(ParsedKey & { readonly name: string })[]> {
    const pattern = this.#keys.allPattern;
    let cursor = '0';
    do {
      const [next, page] = await this.#run(() => this.#redis.scan(cursor, 'MATCH', pattern, 'COUNT', 1_000));
      cursor = next;
      yield page.flatMap((name) => {
        const parsed = this.#keys.parse(name);
        return parsed === null ? [] : [{ name, ...parsed }];
      });
    } while (cursor !== '0');
  }

  #commitArguments(batch: StateBatch, started: boolean): (string | number | Buffer)[] {
    const prefix = this.#keys.statePrefix(batch.log);
    const keys: (string | number | Buffer)[] = [batch.writes.size + 1, this.#keys.fence(batch.log)];
    const removed: string[] = [];
    const values: Buffer[] = [];
    for (const [key, value] of batch.writes) {
      if (value === null) {
        removed.push(prefix + key);
      } else {
        keys.push(prefix + key);
        values.push(value);
      }
    }
    const { lastHash, partitions, extra } = batch.fenceMeta;
    for (const key of removed) keys.push(key);
    keys.push(
      batch.epoch,
      started ? '0' : '1',
      batch.from,
      batch.to,
      lastHash,
      partitions,
      extra ?? EMPTY,
      values.length,
    );
    for (const value of values) keys.push(value);
    return keys;
  }

  async #run<T>(command: () => Promise<T>): Promise<T> {
    try {
      return await command();
    } catch (error) {
      throw asOnlineStoreError(error);
    }
  }
}

/** An epoch is `<counter>.<nonce>`. */
function counterOf(epoch: string): number {
  return Number.parseInt(epoch, 10);
}

function toFence([next, hash, partitions, extra]: readonly (Buffer | null | undefined)[]): StateFence | null {
  if (!next) return null;
  return {
    nextOffset: Number(next.toString()),
    lastHash: hash?.toString() ?? '',
    partitions: Number(partitions?.toString() ?? 0),
    extra: extra ?? EMPTY,
  };
}
