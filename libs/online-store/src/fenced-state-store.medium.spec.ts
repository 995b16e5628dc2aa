import { testNamespace } from '@millrace/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OnlineStoreUnavailable } from './errors.ts';
import type { Epoch, StateBatch } from './fence.ts';
import type { FencedStateStore } from './fenced-state-store.ts';
import type { LogPartition } from './log-partition.ts';
import { OnlineStore } from './online-store.ts';

const silent = { info: () => undefined, warn: () => undefined };
const { keyPrefix, env } = testNamespace();
const url = env['MILLRACE_REDIS_URL'] ?? '';
let redis: Redis;
let store: OnlineStore;
let states: FencedStateStore;
let nextPartition = 0;

beforeAll(async () => {
  redis = new Redis(url);
  store = await OnlineStore.connect({ url, keyPrefix }, silent);
  states = store.states;
});

afterAll(async () => {
  const keys = await redis.keys(`${keyPrefix}:*`);
  if (keys.length > 0) await redis.unlink(...keys);
  await redis.quit();
  await store.close();
});

function newLog(): LogPartition {
  return { topic: 'transactions', generation: 1, partition: nextPartition++ };
}

async function claimed(log: LogPartition, expectedProgress?: number) {
  const claim = await states.claim(log, expectedProgress === undefined ? {} : { expectedProgress });
  if (claim.result !== 'claimed') throw new Error('the fence is lost');
  return claim;
}

function batch(
  log: LogPartition,
  epoch: Epoch,
  from: number,
  to: number,
  writes: Record<string, string | null>,
): StateBatch {
  const entries = Object.entries(writes).map(([k, v]) => [k, v === null ? null : Buffer.from(v)] as const);
  return { log, epoch, from, to, fenceMeta: { lastHash: `h${to}`, partitions: 4 }, writes: new Map(entries) };
}

describe('FencedStateStore', () => {
  it('gives an owner no states that are older than it stands, and none of another owner', async () => {
    const log = newLog();
    const { epoch } = await claimed(log);
    expect(await states.loadOwned(log, { epoch, next: 0 }, ['a'])).toEqual({ result: 'loaded', values: [null] });
    await states.commit(batch(log, epoch, 0, 4, { a: '1' }));
    expect(await states.loadOwned(log, { epoch, next: 4 }, ['a'])).toMatchObject({ values: [Buffer.from('1')] });
    // Redis has come back without the owner's last batch.
    expect(await states.loadOwned(log, { epoch, next: 9 }, ['a'])).toEqual({ result: 'behind' });
    expect(await states.loadOwned(log, { epoch, next: 9 }, [])).toEqual({ result: 'behind' });
    await claimed(log);
    expect(await states.loadOwned(log, { epoch, next: 4 }, ['a'])).toEqual({ result: 'foreign-epoch' });
    expect(await states.loadOwned(newLog(), { epoch, next: 4 }, ['a'])).toEqual({ result: 'behind' });
  });

  it('writes the states of a batch and moves the fence together', async () => {
    const log = newLog();
    const { epoch, fence } = await claimed(log);
    expect(fence).toBeNull();
    const extra = Buffer.from([0, 255, 13, 10]);
    const first = {
      ...batch(log, epoch, 5, 9, { a: '1', b: '2' }),
      fenceMeta: { lastHash: 'h9', partitions: 4, extra },
    };
    expect(await states.commit(first)).toBe('applied');
    expect(await states.commit(batch(log, epoch, 9, 10, { a: null, c: '3' }))).toBe('applied');
    expect((await states.load(log, ['a', 'b', 'c'])).map(String)).toEqual(['null', '2', '3']);
    expect(await states.fences([log, newLog()])).toEqual([
      { nextOffset: 10, lastHash: 'h10', partitions: 4, extra: Buffer.alloc(0) },
      null,
    ]);
  });

  it('gives a new owner the fence with its metadata', async () => {
    const log = newLog();
    const { epoch } = await claimed(log);
    const extra = Buffer.from([0, 1, 2, 253]);
    await states.commit({ ...batch(log, epoch, 0, 3, {}), fenceMeta: { lastHash: 'abc', partitions: 7, extra } });
    const { fence } = await claimed(log, 3);
    expect(fence).toEqual({ nextOffset: 3, lastHash: 'abc', partitions: 7, extra });
  });

  it('answers already to a batch that is sent again, also after later batches', async () => {
    const log = newLog();
    const { epoch } = await claimed(log);
    const first = batch(log, epoch, 0, 2, { a: '1' });
    expect(await states.commit(first)).toBe('applied');
    expect(await states.commit(first)).toBe('already');
    expect(await states.commit(batch(log, epoch, 2, 4, { a: '2' }))).toBe('applied');
    expect(await states.commit(first)).toBe('already');
    expect((await states.load(log, ['a'])).map(String)).toEqual(['2']);
  });

  it('refuses the batch of an owner whose partition was claimed by another', async () => {
    const log = newLog();
    const zombie = await claimed(log);
    await states.commit(batch(log, zombie.epoch, 0, 2, { a: 'zombie' }));
    const other = await OnlineStore.connect({ url, keyPrefix }, silent);
    const owner = await other.states.claim(log, { expectedProgress: 2 });
    if (owner.result !== 'claimed') throw new Error('not claimed');
    expect(await states.commit(batch(log, zombie.epoch, 2, 4, { a: 'late' }))).toBe('foreign-epoch');
    expect(await other.states.commit(batch(log, owner.epoch, 2, 4, { a: 'owner' }))).toBe('applied');
    expect((await states.load(log, ['a'])).map(String)).toEqual(['owner']);
    await other.close();
  });

  it('answers behind when Redis came back with an older fence, with the claim gone or with nothing', async () => {
    const log = newLog();
    const { epoch } = await claimed(log);
    await states.commit(batch(log, epoch, 0, 2, { a: '1' }));
    const fenceKey = `${keyPrefix}:{transactions|1|${log.partition}}:fence`;
    await states.commit(batch(log, epoch, 2, 4, { a: '2' }));
    await redis.hset(fenceKey, 'next', 2);
    expect(await states.commit(batch(log, epoch, 4, 6, { a: '3' }))).toBe('behind');
    await redis.hset(fenceKey, 'epoch', '0.older');
    expect(await states.commit(batch(log, epoch, 4, 6, { a: '3' }))).toBe('behind');
    await redis.hdel(fenceKey, 'next');
    await redis.hset(fenceKey, 'epoch', epoch);
    expect(await states.commit(batch(log, epoch, 4, 6, { a: '3' }))).toBe('behind');
    await redis.del(fenceKey);
    expect(await states.commit(batch(log, epoch, 4, 6, { a: '3' }))).toBe('behind');
    expect((await states.load(log, ['a'])).map(String)).toEqual(['2']);
  });

  it('tells a lost Redis from a new source, and lets the owner rebuild', async () => {
    const log = newLog();
    expect(await states.claim(log, { expectedProgress: 7 })).toEqual({ result: 'lost' });
    expect(await states.claim(log, { expectedProgress: 7 })).toEqual({ result: 'lost' });
    const { epoch } = await claimed(log);
    expect(await states.claim(log, { expectedProgress: 7 })).toEqual({ result: 'lost' });
    expect(await states.commit(batch(log, epoch, 0, 7, { a: '1' }))).toBe('applied');
    expect((await claimed(log, 7)).fence?.nextOffset).toBe(7);
  });

  it('does not accept a batch that reaches over the fence', async () => {
    const log = newLog();
    const { epoch } = await claimed(log);
    await states.commit(batch(log, epoch, 0, 5, {}));
    await expect(states.commit(batch(log, epoch, 3, 8, {}))).rejects.toMatchObject({ code: 'ONLINE_STORE_OVERLAP' });
  });

  it('keeps every byte of keys and values', async () => {
    const log = newLog();
    const { epoch } = await claimed(log);
    const value = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    const keys = ['plain', 'with {braces}', 'colon:and*star', 'ünï©ode 🙂', ''];
    const writes = new Map(keys.map((key, i) => [key, Buffer.concat([value, Buffer.from([i])])]));
    await states.commit({ ...batch(log, epoch, 0, 1, {}), writes });
    expect(await states.load(log, keys)).toEqual([...writes.values()]);
  });

  it('sweeps away the states and fences that nobody wants, and asks again before it does', async () => {
    const [kept, retired] = [newLog(), newLog()];
    const keys = ['plain', 'with {braces}', 'colon:and*star\n', ''];
    for (const log of [kept, retired]) {
      const { epoch } = await claimed(log);
      const writes = new Map(keys.map((key) => [key, Buffer.from(key)]));
      await states.commit({ ...batch(log, epoch, 0, 1, {}), writes });
    }
    // Everything else in this store belongs to other tests.
    const unlessRetired = (log: LogPartition): boolean => log.partition !== retired.partition;
    const asked = [(): boolean => false, unlessRetired];
    expect(await states.sweep(async () => asked.shift() ?? unlessRetired)).toBe(keys.length + 1);
    expect(await states.load(retired, keys)).toEqual(keys.map(() => null));
    expect(await states.fences([retired, kept])).toEqual([null, expect.objectContaining({ nextOffset: 1 })]);
    const names: (string | null)[] = [];
    await states.sweep(async () => (log, key) => {
      if (log.partition === kept.partition) names.push(key);
      return true;
    });
    expect(new Set(names)).toEqual(new Set([null, ...keys]));
  });

  it('applies a batch of 20,000 states and removals', async () => {
    const log = newLog();
    const { epoch } = await claimed(log);
    const keys = Array.from({ length: 20_000 }, (_, i) => `card@1/${i}`);
    const writes = new Map<string, Buffer | null>(keys.map((key) => [key, Buffer.from(key)]));
    expect(await states.commit({ ...batch(log, epoch, 0, 20_000, {}), writes })).toBe('applied');
    const removals = new Map<string, Buffer | null>(keys.filter((_, i) => i % 2 === 0).map((key) => [key, null]));
    expect(await states.commit({ ...batch(log, epoch, 20_000, 20_001, {}), writes: removals })).toBe('applied');
    const values = await states.load(log, keys);
    expect(values.filter((value, i) => (i % 2 === 0 ? value === null : String(value) === keys[i]))).toHaveLength(
      20_000,
    );
  });

  it('reads states of several logs in the order asked', async () => {
    const logs = [newLog(), newLog()];
    for (const log of logs) {
      const { epoch } = await claimed(log);
      await states.commit(batch(log, epoch, 0, 1, { x: `x${log.partition}`, y: `y${log.partition}` }));
    }
    const [one, two] = logs as [LogPartition, LogPartition];
    const values = await states.read([
      { log: two, key: 'y' },
      { log: one, key: 'x' },
      { log: two, key: 'none' },
      { log: two, key: 'x' },
    ]);
    expect(values.map(({ value }) => String(value))).toEqual([
      `y${two.partition}`,
      `x${one.partition}`,
      'null',
      `x${two.partition}`,
    ]);
  });

  it('tells with a state how far its log is, so that one that was lost is not taken for an entity never seen', async () => {
    const [log, lost] = [newLog(), newLog()];
    const { epoch } = await claimed(log);
    await states.commit(batch(log, epoch, 0, 7, { x: 'x' }));
    expect(
      await states.read([
        { log, key: 'none' },
        { log: lost, key: 'x' },
      ]),
    ).toEqual([
      { value: null, nextOffset: 7 },
      { value: null, nextOffset: null },
    ]);
  });

  it('reports a Redis that is not there as a transient fault', async () => {
    const connecting = OnlineStore.connect({ url: 'redis://user:secret@127.0.0.1:1', keyPrefix }, silent);
    await expect(connecting).rejects.toBeInstanceOf(OnlineStoreUnavailable);
    await expect(connecting).rejects.toMatchObject({ transient: true });
    await expect(connecting).rejects.not.toMatchObject({ message: expect.stringContaining('secret') as string });
    const closed = await OnlineStore.connect({ url, keyPrefix }, silent);
    await closed.close();
    await expect(closed.ping()).rejects.toMatchObject({ transient: true });
    await expect(closed.states.load(newLog(), ['a'])).rejects.toMatchObject({ transient: true });
  });
});
