import type { ArtifactHash, FoundArtifact } from '@millrace/artifacts';
import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { CollectArtifacts } from './collect-artifacts.ts';

const hashOf = (index: number): ArtifactHash =>
  createHash('sha256').update(String(index)).digest('hex') as ArtifactHash;

function storeOf(contents: readonly FoundArtifact[]) {
  const held = new Map(contents.map((content) => [content.hash, content]));
  return {
    held,
    async *list(firstDigits: string): AsyncGenerator<FoundArtifact> {
      for (const content of held.values()) if (content.hash.startsWith(firstDigits)) yield content;
    },
    removeOlder: async (hash: ArtifactHash, beforeMs: number): Promise<boolean> =>
      (held.get(hash)?.modifiedAtMs ?? beforeMs) < beforeMs && held.delete(hash),
  };
}

const none = async (): Promise<ReadonlySet<string>> => new Set<string>();
const old = (index: number): FoundArtifact => ({ hash: hashOf(index), sizeBytes: 10, modifiedAtMs: 0 });
const options = { now: () => 1000, keptMs: 100 };

it('removes what is no file and no version, and nothing that is young', async () => {
  const young = { ...old(3), modifiedAtMs: 950 };
  const store = storeOf([old(0), old(1), old(2), young]);
  const usage = { usedOf: async () => new Set([hashOf(0)]) };
  const pins = { pinnedOf: async () => new Set([hashOf(1)]) };
  const collection = new CollectArtifacts(store, usage, pins, options);
  const unused = { examined: 3, unused: 1, unusedBytes: 10 };
  expect(await collection.look()).toEqual(unused);
  expect(store.held.size).toBe(4);
  expect(await collection.collect()).toEqual(unused);
  expect([...store.held.keys()]).toEqual([hashOf(0), hashOf(1), hashOf(3)]);
});

it('a content that is put again while it is looked for stays', async () => {
  const store = storeOf([old(0)]);
  const usage = {
    usedOf: async () => {
      store.held.set(hashOf(0), { ...old(0), modifiedAtMs: 999 });
      return new Set<string>();
    },
  };
  const collection = new CollectArtifacts(store, usage, { pinnedOf: none }, options);
  expect(await collection.collect()).toMatchObject({ unused: 0 });
  expect(store.held.size).toBe(1);
});

it('asks about a thousand at a time at most', async () => {
  const store = storeOf(Array.from({ length: 3_000 }, (_, index) => old(index)));
  const sizes: number[] = [];
  const usage = {
    usedOf: async (hashes: readonly ArtifactHash[]) => {
      sizes.push(hashes.length);
      return new Set<string>(hashes);
    },
  };
  store.list = async function* list(firstDigits: string) {
    if (firstDigits === '00') yield* store.held.values();
  };
  await new CollectArtifacts(store, usage, { pinnedOf: none }, options).collect();
  expect(Math.max(...sizes)).toBe(1000);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(3_000);
});

it('removes nothing when the registry cannot say what it needs', async () => {
  const store = storeOf([old(0)]);
  const pins = { pinnedOf: () => Promise.reject(new Error('away')) };
  await expect(new CollectArtifacts(store, { usedOf: none }, pins, options).collect()).rejects.toThrow('away');
  expect(store.held.size).toBe(1);
});
