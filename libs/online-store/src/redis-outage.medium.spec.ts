import { setTimeout as delay } from 'node:timers/promises';
import { privateStack } from '@millrace/testing';
import type { PrivateStack } from '@millrace/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OnlineStoreUnavailable } from './errors.ts';
import type { CommitResult, StateBatch } from './fence.ts';
import { OnlineStore } from './online-store.ts';

const silent = { info: () => undefined, warn: () => undefined };
const log = { topic: 'transactions', generation: 1, partition: 0 };
let stack: PrivateStack;
let store: OnlineStore;

beforeAll(async () => {
  stack = await privateStack(['redis']);
  const url = stack.addresses.env['MILLRACE_REDIS_URL'] ?? '';
  store = await OnlineStore.connect({ url, keyPrefix: 'outage', commandTimeoutMs: 500 }, silent);
});

afterAll(async () => {
  await store.close();
  await stack.remove();
});

/** As a consumer does: the same batch again until there is an answer. */
async function commitThroughOutages(batch: StateBatch): Promise<CommitResult> {
  for (;;) {
    try {
      return await store.states.commit(batch);
    } catch (error) {
      if (!(error instanceof OnlineStoreUnavailable)) throw error;
      await delay(20);
    }
  }
}

describe('a Redis that goes away', () => {
  it('is an outage while it is killed or frozen, and afterwards nothing is lost or done twice', async () => {
    const claim = await store.states.claim(log);
    if (claim.result !== 'claimed') throw new Error('not claimed');
    const faults = [
      () => stack.servers.restart('redis', 'SIGKILL'),
      async () => {
        await stack.servers.kill('redis', 'SIGSTOP');
        await delay(1_200);
        await stack.servers.kill('redis', 'SIGCONT');
      },
    ];
    let sum = 0;
    let next = 0;
    for (const fault of faults) {
      let over = false;
      const happening = fault().finally(() => (over = true));
      for (let after = 0; after < 50; after += over ? 1 : 0) {
        sum += next;
        const writes = new Map([['sum', Buffer.from(String(sum))]]);
        const fenceMeta = { lastHash: String(next), partitions: 1 };
        const committed = await commitThroughOutages({
          log,
          epoch: claim.epoch,
          from: next,
          to: next + 1,
          fenceMeta,
          writes,
        });
        expect(['applied', 'already']).toContain(committed);
        next += 1;
      }
      await happening;
    }
    const [fence] = await store.states.fences([log]);
    expect(fence?.nextOffset).toBe(next);
    expect((await store.states.load(log, ['sum'])).map(String)).toEqual([String((next * (next - 1)) / 2)]);
  });

  it('fails its readiness check and recovers by itself', async () => {
    await stack.servers.kill('redis');
    await expect(store.ping()).rejects.toMatchObject({ transient: true, code: 'ONLINE_STORE_UNAVAILABLE' });
    await stack.servers.start('redis');
    await expect
      .poll(
        () =>
          store.ping().then(
            () => 'up',
            () => 'down',
          ),
        { timeout: 120_000 },
      )
      .toBe('up');
  });
});
