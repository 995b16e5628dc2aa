import { testNamespace } from '@millrace/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OnlineStore } from './online-store.ts';

const silent = { info: () => undefined, warn: () => undefined };
const { keyPrefix, env } = testNamespace();
const url = env['MILLRACE_REDIS_URL'] ?? '';
const shortMs = 100;
let one: OnlineStore;
let other: OnlineStore;

beforeAll(async () => {
  one = await OnlineStore.connect({ url, keyPrefix }, silent);
  other = await OnlineStore.connect({ url, keyPrefix }, silent);
});

afterAll(() => Promise.all([one.close(), other.close()]));

describe('the first write', () => {
  it('stays, whoever else writes at once, and each is told the one that counts', async () => {
    const earlier = await Promise.all(
      Array.from({ length: 20 }, (_, i) => (i % 2 ? one : other).firstWrites.put('k', Buffer.from(`v${i}`), 10_000)),
    );
    expect(earlier.filter((value) => value === null)).toHaveLength(1);
    const winner = `v${earlier.indexOf(null)}`;
    expect(new Set(earlier.flatMap((value) => value?.toString() ?? []))).toEqual(new Set([winner]));
    expect((await other.firstWrites.find('k'))?.toString()).toBe(winner);
  });

  it('is forgotten when its time has run out, also when it was replaced', async () => {
    await one.firstWrites.put('short', Buffer.from('first'), shortMs);
    await one.firstWrites.replace('short', Buffer.from('first, done'));
    while ((await one.firstWrites.find('short')) !== null) await new Promise((resolve) => setTimeout(resolve, 10));
    await one.firstWrites.replace('short', Buffer.from('too late'));
    expect(await one.firstWrites.find('short')).toBeNull();
    expect(await one.firstWrites.put('short', Buffer.from('second'), shortMs)).toBeNull();
  });
});
