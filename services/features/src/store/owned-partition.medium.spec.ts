import { StartOverError } from '@millrace/events';
import { OnlineStore } from '@millrace/online-store';
import { testNamespace } from '@millrace/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { OwnedPartition, type CachedState, type StateKey } from './owned-partition.ts';

const { keyPrefix, env } = testNamespace();
const url = env['MILLRACE_REDIS_URL'] ?? '';
const log = { topic: 'payments', generation: 0, partition: 0 };
let redis: Redis;
let store: OnlineStore;

beforeAll(async () => {
  redis = new Redis(url);
  store = await OnlineStore.connect({ url, keyPrefix }, { info: () => undefined, warn: () => undefined });
});

afterAll(async () => {
  await redis.unlink(...(await redis.keys(`${keyPrefix}:*`)));
  await redis.quit();
  await store.close();
});

class Count implements CachedState {
  value: number;

  constructor(value: number) {
    this.value = value;
  }

  encode(): Buffer {
    return Buffer.from(String(this.value));
  }
}

const count: StateKey<Count> = { key: 'count', decode: (bytes) => new Count(Number(bytes ?? 0)) };

async function add(owned: OwnedPartition, to: number): Promise<void> {
  await owned.load([count]);
  owned.change(count).value += 1;
  owned.commit({ to, lastHash: '', partitions: 1, extra: Buffer.alloc(0) });
  await owned.settle();
}

it('does not go on from states of a Redis that came back without the last batches', async () => {
  const { owned } = await OwnedPartition.claim(store.states, log, { committedOffset: undefined, maxCached: 100 });
  await add(owned, 10);
  const names = await redis.keys(`${keyPrefix}:*`);
  const saved = await Promise.all(names.map((name) => redis.dumpBuffer(name)));
  await add(owned, 20);
  // A batch failed meanwhile, so what was in memory is forgotten; Redis loses what it had not synced.
  owned.discard();
  await Promise.all(names.map((name, i) => redis.restore(name, 0, saved[i] ?? '', 'REPLACE')));
  await expect(owned.load([count])).rejects.toThrow(StartOverError);

  const again = await OwnedPartition.claim(store.states, log, { committedOffset: undefined, maxCached: 100 });
  expect(again.owned.next).toBe(10);
  await again.owned.load([count]);
  expect(again.owned.get(count).value).toBe(1);
});
