import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ArtifactHash } from './artifact-store.ts';
import { DiskArtifactStore } from './disk-artifact-store.ts';

let root: string;
let store: DiskArtifactStore;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'millrace-artifacts-'));
  store = await DiskArtifactStore.open(root);
});
afterEach(() => rm(root, { recursive: true }));

async function* chunksOf(...chunks: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

it('a content is found under its hash, also by a store opened later', async () => {
  const content = randomBytes(300_000);
  const stored = await store.put(chunksOf(content.subarray(0, 100_000), content.subarray(100_000)));
  expect(stored).toEqual({ hash: createHash('sha256').update(content).digest('hex'), sizeBytes: 300_000 });
  const later = await DiskArtifactStore.open(root);
  expect(await buffer(await later.read(stored.hash))).toEqual(content);
  expect(await later.sizeOf(stored.hash)).toBe(300_000);
});

it('an empty content is a content', async () => {
  const { hash } = await store.put(chunksOf());
  expect(await buffer(await store.read(hash))).toHaveLength(0);
});

it('a broken upload leaves nothing behind', async () => {
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('half');
    throw new Error('connection lost');
  }
  await expect(store.put(broken())).rejects.toThrow('connection lost');
  await expect(store.put(chunksOf(Buffer.alloc(10)), { maxBytes: 9 })).rejects.toMatchObject({
    code: 'ARTIFACT_TOO_LARGE',
  });
  expect(await readdir(join(root, 'incoming'))).toEqual([]);
  expect(await readdir(join(root, 'sha256'))).toEqual([]);
});

it('a content that the disk has damaged is never given out as whole, and a new upload mends it', async () => {
  const content = Buffer.from('precious');
  const { hash } = await store.put(chunksOf(content));
  await writeFile(join(root, 'sha256', hash.slice(0, 2), hash), 'precioux');
  await expect(buffer(await store.read(hash))).rejects.toMatchObject({ code: 'ARTIFACT_CORRUPT' });
  await store.put(chunksOf(content));
  expect(await buffer(await store.read(hash))).toEqual(content);
});

it('what was never put is not found', async () => {
  const hash = 'a'.repeat(64) as ArtifactHash;
  await expect(store.read(hash)).rejects.toMatchObject({ code: 'ARTIFACT_NOT_FOUND' });
  expect(await store.sizeOf(hash)).toBeNull();
});

it('two uploads of the same content at once are one content', async () => {
  const content = randomBytes(50_000);
  const stored = await Promise.all(Array.from({ length: 8 }, () => store.put(chunksOf(content))));
  expect(new Set(stored.map(({ hash }) => hash)).size).toBe(1);
});
