import type {
  CommitResult,
  Epoch,
  FencedStateStore,
  LogPartition,
  StateBatch,
  StateFence,
} from '@millrace/online-store';
import { StartOverError } from '@millrace/events';
import type { StateWrite } from '@millrace/feature-engine';

/** A state that the owner changes in memory and writes back. */
export interface CachedState {
  writes(): readonly StateWrite[];
}

export interface StateKey<S extends CachedState = CachedState> {
  readonly key: string;
  /** Null bytes are a state that does not exist yet. */
  readonly decode: (bytes: Buffer | null) => S;
}

/** How far a batch went, for the fence. */
export interface BatchEnd {
  readonly to: number;
  readonly lastHash: string;
  readonly partitions: number;
  readonly extra: Buffer;
}

/**
 * The states of one log partition while this process owns it: a bounded cache before Redis. A batch is written in the
 * background while the next one is read; `settle` waits for it, and sends it again when it failed.
 */
export class OwnedPartition {
  readonly log: LogPartition;
  readonly fence: StateFence | null;
  readonly #store: FencedStateStore;
  readonly #epoch: Epoch;
  readonly #maxCached: number;
  /** In order of last use. */
  readonly #cache = new Map<string, CachedState>();
  readonly #touched = new Set<string>();
  #next: number;
  #awaitsLetters: BatchEnd | null = null;
  #pending: { readonly batch: StateBatch; readonly sent: Promise<CommitResult> } | undefined;

  private constructor(
    store: FencedStateStore,
    claim: { log: LogPartition; epoch: Epoch; fence: StateFence | null },
    maxCached: number,
  ) {
    this.#store = store;
    this.log = claim.log;
    this.#epoch = claim.epoch;
    this.fence = claim.fence;
    this.#maxCached = maxCached;
    this.#next = claim.fence?.nextOffset ?? 0;
  }

  /** `lost` tells that Redis has forgotten what the consumer group knows: everything is rebuilt from the log. */
  static async claim(
    store: FencedStateStore,
    log: LogPartition,
    { committedOffset, maxCached }: { committedOffset: number | undefined; maxCached: number },
  ): Promise<{ owned: OwnedPartition; lost: boolean }> {
    const progress = committedOffset === undefined ? {} : { expectedProgress: committedOffset };
    const claimed = await store.claim(log, progress);
    if (claimed.result === 'claimed')
      return { owned: new OwnedPartition(store, { log, ...claimed }, maxCached), lost: false };
    const again = await store.claim(log);
    if (again.result !== 'claimed')
      throw new StartOverError(`Redis does not let ${log.topic}/${log.partition} be claimed`);
    return { owned: new OwnedPartition(store, { log, ...again }, maxCached), lost: true };
  }

  /** The first offset that no commit covers yet. */
  get next(): number {
    return this.#next;
  }

  /**
   * Brings the states of all keys into memory with at most one round trip; the last commit must be settled. What is in
   * memory already is right whatever became of Redis, which the next commit will tell; what is read is held against the fence.
   */
  async load(keys: readonly StateKey[]): Promise<void> {
    const missing = new Map<string, StateKey>();
    for (const wanted of keys) if (!this.#cache.has(wanted.key)) missing.set(wanted.key, wanted);
    if (missing.size === 0) return;
    const names = [...missing.keys()];
    const found = await this.#store.loadOwned(this.log, { epoch: this.#epoch, next: this.#next }, names);
    if (found.result !== 'loaded') throw this.#notOurs(found.result);
    names.forEach((name, i) => {
      const wanted = missing.get(name);
      if (wanted) this.#cache.set(name, wanted.decode(found.values[i] ?? null));
    });
  }

  /**
   * Notices that Redis has lost what it had of this partition: an idle owner would else not, while its states are read.
   * That another owner has come is the group's to say; a claim of ours would only disturb it.
   */
  async verify(): Promise<void> {
    const { result } = await this.#store.loadOwned(this.log, { epoch: this.#epoch, next: this.#next }, []);
    if (result === 'behind') throw this.#notOurs(result);
  }

  /** A state that `load` has brought in, to be changed: it is part of the next commit. */
  change<S extends CachedState>(wanted: StateKey<S>): S {
    this.#touched.add(wanted.key);
    return this.get(wanted);
  }

  get<S extends CachedState>({ key }: StateKey<S>): S {
    const state = this.#cache.get(key);
    if (!state) throw new RangeError(`state ${key} was not loaded`);
    // Order of use matters only where something will have to go.
    if (this.#cache.size * 2 > this.#maxCached) {
      this.#cache.delete(key);
      this.#cache.set(key, state);
    }
    return state as S;
  }

  /** Starts to write what was changed since the last commit and moves the fence from where it stands. */
  commit({ to, lastHash, partitions, extra }: BatchEnd): void {
    const from = this.#next;
    this.#next = to;
    const writes = new Map<string, Buffer | null>();
    for (const key of this.#touched) {
      for (const { suffix, bytes } of this.#cache.get(key)?.writes() ?? []) writes.set(key + suffix, bytes);
    }
    this.#touched.clear();
    this.#send({ log: this.log, epoch: this.#epoch, from, to, fenceMeta: { lastHash, partitions, extra }, writes });
    this.#evict();
  }

  /**
   * Commits a batch that has dead letters as soon as `lettersWritten` says that they are there: the fence is where a
   * restart begins, so whatever lies before it has to be safe. Given up with the partition, the batch comes again.
   */
  commitAfterLetters(end: BatchEnd): void {
    this.#awaitsLetters = end;
  }

  /** True when a commit was waiting for this. */
  lettersWritten(): boolean {
    const end = this.#awaitsLetters;
    this.#awaitsLetters = null;
    if (end) this.commit(end);
    return end !== null;
  }

  /** Resolves when the last commit is in Redis. */
  async settle(): Promise<void> {
    const pending = this.#pending;
    if (!pending) return;
    let result: CommitResult;
    try {
      result = await pending.sent;
    } catch {
      result = await this.#store.commit(pending.batch);
    }
    if (this.#pending === pending) this.#pending = undefined;
    if (result === 'applied' || result === 'already') return;
    throw this.#notOurs(result);
  }

  /** Forgets what a failed batch did: the next one reads the states as the fence left them. */
  discard(): void {
    this.#awaitsLetters = null;
    this.#cache.clear();
    this.#touched.clear();
  }

  #notOurs(result: 'behind' | 'foreign-epoch'): StartOverError {
    const place = `${this.log.topic}/${this.log.partition}`;
    return new StartOverError(
      result === 'behind'
        ? `Redis came back with less than it acknowledged for ${place}: replaying from its fence`
        : `another owner has claimed ${place}`,
    );
  }

  #send(batch: StateBatch): void {
    const sent = this.#store.commit(batch);
    // Looked at by `settle`; without this a failure before then would end the process.
    sent.catch(() => undefined);
    this.#pending = { batch, sent };
  }

  #evict(): void {
    for (const key of this.#cache.keys()) {
      if (this.#cache.size <= this.#maxCached) return;
      this.#cache.delete(key);
    }
  }
}
