import { s3Server, type S3Server } from '@millrace/testing';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { ArtifactHash } from './artifact-store.ts';
import { copyInParts } from './s3-multipart.ts';
import { openArtifacts, type Artifacts, type ArtifactsPlace } from './open-artifacts.ts';

const bucket = 'artifacts';
let folder: string;
let server: S3Server;
let client: S3Client;
let s3: ArtifactsPlace;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-artifacts-'));
  server = await s3Server(join(folder, 's3'), bucket);
  const { endpoint, region, accessKeyId, secretAccessKey } = server;
  const credentials = { accessKeyId, secretAccessKey };
  s3 = { kind: 's3', bucket, prefix: 'some/prefix/', endpoint, region, credentials };
  client = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
});
afterAll(async () => {
  client?.destroy();
  await server?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

async function* chunksOf(...chunks: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}
const sha256 = (content: Uint8Array): ArtifactHash =>
  createHash('sha256').update(content).digest('hex') as ArtifactHash;

interface Kind {
  readonly name: string;
  readonly place: () => ArtifactsPlace;
  /** Everything that lies in the store, whatever it is. */
  readonly keys: () => Promise<string[]>;
  readonly damage: (key: string, content: string) => Promise<void>;
}

const kinds: readonly Kind[] = [
  {
    name: 'a disk',
    place: () => ({ kind: 'disk', directory: join(folder, 'disk') }),
    keys: async () => {
      const root = join(folder, 'disk');
      const entries = await readdir(root, { recursive: true, withFileTypes: true });
      return entries.flatMap((entry) =>
        entry.isFile() ? [join(entry.parentPath, entry.name).slice(root.length + 1)] : [],
      );
    },
    damage: (key, content) => writeFile(join(folder, 'disk', key), content),
  },
  {
    name: 'S3',
    place: () => s3,
    keys: async () => {
      const listed = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: 'some/prefix/' }));
      const open = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
      const keys = [...(listed.Contents ?? []), ...(open.Uploads ?? [])].map(({ Key = '' }) => Key);
      return keys.map((key) => key.replace('some/prefix/', ''));
    },
    damage: async (key, content) => {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: `some/prefix/${key}`, Body: content }));
    },
  },
];

describe.each(kinds)('artifacts on $name', ({ place, keys, damage }) => {
  let artifacts: Artifacts;
  beforeAll(async () => {
    artifacts = await openArtifacts(place());
  });
  const keyOf = (hash: string): string => `sha256/${hash.slice(0, 2)}/${hash}`;
  const fresh = async (): Promise<{ content: Buffer; hash: ArtifactHash }> => {
    const content = randomBytes(1000);
    return { content, ...(await artifacts.store.put(chunksOf(content))) };
  };

  it('a content is found under its hash, also by a store opened later', async () => {
    const content = randomBytes(300_000);
    const stored = await artifacts.store.put(chunksOf(content.subarray(0, 100_000), content.subarray(100_000)));
    expect(stored).toEqual({ hash: sha256(content), sizeBytes: 300_000 });
    const later = await openArtifacts(place());
    await later.store.ping();
    expect(await buffer(await later.store.read(stored.hash))).toEqual(content);
    expect(await later.store.sizeOf(stored.hash)).toBe(300_000);
  });

  it('a content of several blocks is whole, and leaves nothing else behind', async () => {
    const content = randomBytes(17 * 1024 ** 2 + 3);
    const { hash } = await artifacts.store.put(chunksOf(content));
    expect((await buffer(await artifacts.store.read(hash))).equals(content)).toBe(true);
    expect((await keys()).filter((key) => !key.startsWith('sha256/'))).toEqual([]);
  });

  it('an empty content is a content', async () => {
    const { hash } = await artifacts.store.put(chunksOf());
    expect(await buffer(await artifacts.store.read(hash))).toHaveLength(0);
  });

  it('gives a part of a content', async () => {
    const { content, hash } = await fresh();
    const part = await buffer(await artifacts.store.read(hash, { first: 10, last: 19 }));
    expect(part).toEqual(content.subarray(10, 20));
  });

  it('a broken, a too large and a mistaken upload leave nothing behind', async () => {
    const before = await keys();
    async function* broken(sizeBytes: number): AsyncGenerator<Uint8Array> {
      yield randomBytes(sizeBytes);
      throw new Error('connection lost');
    }
    const { store } = artifacts;
    await expect(store.put(broken(10))).rejects.toThrow('connection lost');
    await expect(store.put(broken(9 * 1024 ** 2))).rejects.toThrow('connection lost');
    const large = chunksOf(Buffer.alloc(9 * 1024 ** 2), Buffer.alloc(10));
    await expect(store.put(large, { maxBytes: 9 * 1024 ** 2 })).rejects.toMatchObject({ code: 'ARTIFACT_TOO_LARGE' });
    const other = { sha256: sha256(Buffer.from('b')) };
    await expect(store.put(chunksOf(Buffer.from('a')), { expected: other })).rejects.toMatchObject({
      code: 'ARTIFACT_DIGEST_INVALID',
    });
    expect(await keys()).toEqual(before);
  });

  it('takes a content that is as its sender says', async () => {
    const content = Buffer.from('as said');
    const md5 = createHash('md5').update(content).digest('hex');
    const stored = await artifacts.store.put(chunksOf(content), { expected: { sha256: sha256(content), md5 } });
    expect(stored.hash).toBe(sha256(content));
    await expect(artifacts.store.put(chunksOf(content), { expected: { md5: '0'.repeat(32) } })).rejects.toThrow('MD5');
  });

  it('a content that was damaged is never given out as whole, and a new upload mends it', async () => {
    const { content, hash } = await fresh();
    await damage(keyOf(hash), 'other bytes');
    await expect(buffer(await artifacts.store.read(hash))).rejects.toMatchObject({ code: 'ARTIFACT_CORRUPT' });
    await artifacts.store.put(chunksOf(content));
    expect(await buffer(await artifacts.store.read(hash))).toEqual(content);
  });

  it('what was never put is not found', async () => {
    const hash = 'a'.repeat(64) as ArtifactHash;
    await expect(artifacts.store.read(hash)).rejects.toMatchObject({ code: 'ARTIFACT_NOT_FOUND' });
    expect(await artifacts.store.sizeOf(hash)).toBeNull();
  });

  it('two uploads of the same content at once are one content', async () => {
    const content = randomBytes(50_000);
    const stored = await Promise.all(Array.from({ length: 8 }, () => artifacts.store.put(chunksOf(content))));
    expect(new Set(stored.map(({ hash }) => hash)).size).toBe(1);
  });

  it('lists contents by the first digits of their hash, and removes those put before a time only', async () => {
    const { hash } = await fresh();
    const listed: string[] = [];
    for await (const found of artifacts.store.list(hash.slice(0, 2))) listed.push(found.hash);
    expect(listed).toContain(hash);
    expect(await artifacts.store.removeOlder(hash, Date.now() - 60_000)).toBe(false);
    expect(await artifacts.store.sizeOf(hash)).toBe(1000);
    expect(await artifacts.store.removeOlder(hash, Date.now() + 60_000)).toBe(true);
    expect(await artifacts.store.sizeOf(hash)).toBeNull();
  });

  it('joins parts that came in any order and through several processes', async () => {
    const [a, b] = [randomBytes(70_000), randomBytes(10)];
    const id = await artifacts.uploads.open('where it goes');
    const second = await artifacts.uploads.putPart(id, 2, chunksOf(b), {});
    const { uploads } = await openArtifacts(place());
    const first = await uploads.putPart(id, 1, chunksOf(a), {});
    const upload = await uploads.find(id);
    expect(upload).toEqual({ target: 'where it goes', parts: [first, second], completed: null });
    const whole = await uploads.complete(id, upload ?? never(), [first, second]);
    expect(whole).toEqual({ hash: sha256(Buffer.concat([a, b])), sizeBytes: 70_010 });
    // A client that lost the answer asks again.
    const again = await artifacts.uploads.find(id);
    expect(await artifacts.uploads.complete(id, again ?? never(), [first, second])).toEqual(whole);
    await artifacts.uploads.remove(id);
    expect((await keys()).filter((key) => key.startsWith('uploads/'))).toEqual([]);
    expect(await buffer(await artifacts.store.read(whole.hash))).toEqual(Buffer.concat([a, b]));
  });

  it('refuses to join what is not as it was sent', async () => {
    const { uploads } = artifacts;
    const id = await uploads.open('x');
    const part = await uploads.putPart(id, 1, chunksOf(Buffer.from('one')), {});
    const join = async (...chosen: { number: number; hash: ArtifactHash }[]): Promise<unknown> =>
      uploads.complete(id, (await uploads.find(id)) ?? never(), chosen);
    await expect(join()).rejects.toMatchObject({ code: 'ARTIFACT_UPLOAD_INVALID' });
    await expect(join(part, part)).rejects.toThrow('in order');
    await expect(join({ number: 2, hash: part.hash })).rejects.toThrow('part 2 has not arrived');
    await expect(join({ number: 1, hash: sha256(Buffer.from('two')) })).rejects.toThrow('send the part again');
    await damage(`uploads/${id}/part-00001-${part.hash}`, 'eno');
    await expect(join(part)).rejects.toMatchObject({ code: 'ARTIFACT_CORRUPT' });
    expect((await uploads.find(id))?.completed).toBeNull();
    await artifacts.sweep(Date.now() + 60_000);
    expect(await uploads.find(id)).toBeNull();
    expect(await uploads.find('../../etc')).toBeNull();
  });
});

function never(): never {
  throw new Error('the upload is gone');
}

describe('artifacts on a disk', () => {
  it('a link in the place of a content is not followed', async () => {
    const { store } = await openArtifacts({ kind: 'disk', directory: join(folder, 'links') });
    const { hash } = await store.put(chunksOf(Buffer.from('content')));
    const path = join(folder, 'links', 'sha256', hash.slice(0, 2), hash);
    await rm(path);
    await symlink('/etc/hostname', path);
    await expect(store.read(hash, { first: 0, last: 1 })).rejects.toMatchObject({ code: 'ARTIFACT_NOT_FOUND' });
    expect(await store.sizeOf(hash)).toBeNull();
  });

  it('what a crash has left in the middle of an upload goes with the next sweep, younger work stays', async () => {
    const directory = join(folder, 'left');
    const artifacts = await openArtifacts({ kind: 'disk', directory });
    const [old, young] = ['old', 'young'].map((name) => join(directory, 'incoming', name)) as [string, string];
    await Promise.all([writeFile(old, 'x'), writeFile(young, 'x')]);
    await utimes(old, new Date(0), new Date(0));
    await artifacts.sweep(Date.now() - 60_000);
    expect(await readdir(dirname(old))).toEqual(['young']);
  });
});

describe('artifacts on S3', () => {
  it('an object that is too large to be copied at once is copied in parts', async () => {
    const content = randomBytes(6 * 1024 ** 2);
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: 'from', Body: content }));
    const copy = { from: `${bucket}/from`, to: { Bucket: bucket, Key: 'to' }, sizeBytes: content.length };
    await copyInParts(client, copy, 5 * 1024 ** 2);
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: 'to' }));
    expect(Buffer.from((await Body?.transformToByteArray()) ?? []).equals(content)).toBe(true);
  });

  it('says that the store cannot be used while its server is away', async () => {
    const away = { ...(s3 as Extract<ArtifactsPlace, { kind: 's3' }>), endpoint: 'http://127.0.0.1:9' };
    const { store } = await openArtifacts(away);
    const content = chunksOf(Buffer.from('x'));
    await expect(store.put(content)).rejects.toMatchObject({ code: 'ARTIFACT_STORE_UNAVAILABLE', transient: true });
    await expect(store.ping()).rejects.toMatchObject({ code: 'ARTIFACT_STORE_UNAVAILABLE' });
  });
});
