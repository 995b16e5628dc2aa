import * as fc from 'fast-check';
import { testNamespace } from '@millrace/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Epoch, StateBatch } from './fence.ts';
import type { LogPartition } from './log-partition.ts';
import { OnlineStore } from './online-store.ts';

/**
 * The log adds offset + 1 to the entity `offset % 3`. Owners crash, send batches again, wake as zombies and race; Redis
 * loses its newest writes or all of them. Whatever happens the stored states are those of the log up to the fence.
 */
const ENTITIES = ['e0', 'e1', 'e2'] as const;

function statesAt(position: number): string[] {
  return ENTITIES.map((_, e) => {
    let sum = 0;
    for (let offset = e; offset < position; offset += ENTITIES.length) sum += offset + 1;
    return sum === 0 ? 'null' : String(sum);
  });
}

type Step =
  | { readonly kind: 'claim' | 'resend' | 'crash' | 'load'; readonly owner: number }
  | { readonly kind: 'commit'; readonly owner: number; readonly size: number; readonly recordProgress: boolean }
  | { readonly kind: 'lose'; readonly batches: number }
  | { readonly kind: 'flush' };

const owner = fc.integer({ min: 0, max: 2 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('claim', 'resend', 'crash', 'load', 'load'), owner }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('commit'),
      owner,
      size: fc.integer({ min: 1, max: 5 }),
      recordProgress: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lose'), batches: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'flush' }) },
);

const silent = { info: () => undefined, warn: () => undefined };
const { keyPrefix, env } = testNamespace();
const url = env['MILLRACE_REDIS_URL'] ?? '';
let redis: Redis;
let stores: [OnlineStore, OnlineStore, OnlineStore];

beforeAll(async () => {
  redis = new Redis(url);
  const connect = () => OnlineStore.connect({ url, keyPrefix }, silent);
  stores = await Promise.all([connect(), connect(), connect()]);
});

afterAll(async () => {
  await redis.quit();
  await Promise.all(stores.map((store) => store.close()));
});

/** One consumer: its cache, its position, and its last batch as a resend would repeat it. */
class Owner {
  #epoch: Epoch | null = null;
  #next = 0;
  #cache = new Map<string, number>();
  #last: StateBatch | null = null;
  readonly #store: OnlineStore;
  readonly #log: LogPartition;

  constructor(store: OnlineStore, log: LogPartition) {
    this.#store = store;
    this.#log = log;
  }

  async claim(progress: number): Promise<'ready' | 'rebuild'> {
    let claim = await this.#store.states.claim(this.#log, progress > 0 ? { expectedProgress: progress } : {});
    const rebuild = claim.result === 'lost';
    if (rebuild) claim = await this.#store.states.claim(this.#log);
    if (claim.result !== 'claimed') throw new Error('a claim without expectation is never lost');
    this.#epoch = claim.epoch;
    this.#next = claim.fence?.nextOffset ?? 0;
    const states = await this.#store.states.load(this.#log, ENTITIES);
    this.#cache = new Map(ENTITIES.map((e, i) => [e, Number(states[i]?.toString() ?? 0)]));
    this.#last = null;
    return rebuild ? 'rebuild' : 'ready';
  }

  crash(): void {
    this.#epoch = null;
  }

  async commit(size: number): Promise<{ result: string; next: number } | null> {
    if (this.#epoch === null) return null;
    const writes = new Map<string, Buffer>();
    const to = this.#next + size;
    for (let offset = this.#next; offset < to; offset++) {
      const e = ENTITIES[offset % ENTITIES.length] ?? 'e0';
      const sum = (this.#cache.get(e) ?? 0) + offset + 1;
      this.#cache.set(e, sum);
      writes.set(e, Buffer.from(String(sum)));
    }
    const fenceMeta = { lastHash: String(to), partitions: 1 };
    this.#last = { log: this.#log, epoch: this.#epoch, from: this.#next, to, fenceMeta, writes };
    return this.#send(this.#last);
  }

  async resend(): Promise<{ result: string; next: number } | null> {
    return this.#epoch === null || this.#last === null ? null : this.#send(this.#last);
  }

  /** An owner that goes on from what it reads must get the states of where it stands, or be told. */
  async load(): Promise<void> {
    if (this.#epoch === null) return;
    const position = { epoch: this.#epoch, next: this.#next };
    const found = await this.#store.states.loadOwned(this.#log, position, ENTITIES);
    if (found.result === 'loaded') expect(found.values.map(String)).toEqual(statesAt(this.#next));
    else this.#epoch = null;
  }

  async #send(batch: StateBatch): Promise<{ result: string; next: number }> {
    const result = await this.#store.states.commit(batch);
    if (result === 'applied' || result === 'already') this.#next = batch.to;
    else this.#epoch = null;
    return { result, next: this.#next };
  }
}

let runs = 0;

it('the states are those of the log up to the fence after any crash, resend, zombie and loss', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40, size: 'max' }), async (steps) => {
      const log: LogPartition = { topic: 'model', generation: 1, partition: runs++ };
      const owners = stores.map((store) => new Owner(store, log));
      const names = ['fence', ...ENTITIES.map((e) => `s:${e}`)].map(
        (n) => `${keyPrefix}:{model|1|${log.partition}}:${n}`,
      );
      const snapshots: (Buffer | null)[][] = [];
      const dump = () => Promise.all(names.map((name) => redis.dumpBuffer(name)));
      let progress = 0;

      for (const s of steps) {
        if (s.kind !== 'lose' && s.kind !== 'flush') snapshots.push(await dump());
        if (s.kind === 'claim') await owners[s.owner]?.claim(progress);
        if (s.kind === 'crash') owners[s.owner]?.crash();
        if (s.kind === 'load') await owners[s.owner]?.load();
        if (s.kind === 'resend') await owners[s.owner]?.resend();
        if (s.kind === 'commit') {
          const committed = await owners[s.owner]?.commit(s.size);
          if (committed && s.recordProgress && committed.result === 'applied') progress = committed.next;
        }
        if (s.kind === 'flush') {
          await redis.del(...names);
          snapshots.length = 0;
        }
        if (s.kind === 'lose' && snapshots.length > 0) {
          const kept = Math.max(0, snapshots.length - s.batches);
          const snapshot = snapshots[kept] ?? [];
          snapshots.length = kept;
          await redis.del(...names);
          await Promise.all(
            snapshot.map((value, i) => (value ? redis.restore(names[i] ?? '', 0, value) : Promise.resolve('OK'))),
          );
        }
        const [fence] = await stores[0].states.fences([log]);
        const stored = await stores[0].states.load(log, ENTITIES);
        expect(stored.map(String)).toEqual(statesAt(fence?.nextOffset ?? 0));
      }
      await redis.del(...names);
    }),
    { numRuns: 200 },
  );
});
