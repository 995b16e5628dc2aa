import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, mkdir, open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { ArtifactError, asStoreError } from './artifact-errors.ts';
import type { ArtifactHash, ArtifactStore, PutLimits, StoredArtifact } from './artifact-store.ts';

const abandonedAfterMs = 24 * 60 * 60 * 1000;

/** Contents as `sha256/ab/ab…` under one folder; uploads grow in `incoming` on the same file system and are renamed. */
export class DiskArtifactStore implements ArtifactStore {
  readonly #root: string;

  private constructor(root: string) {
    this.#root = root;
  }

  /** Makes the folders and clears uploads that a crash left behind; other instances' uploads are younger than a day. */
  static async open(root: string, nowMs: number = Date.now()): Promise<DiskArtifactStore> {
    const store = new DiskArtifactStore(root);
    await mkdir(join(root, 'sha256'), { recursive: true });
    await mkdir(store.#incoming(), { recursive: true });
    for (const name of await readdir(store.#incoming())) {
      const path = join(store.#incoming(), name);
      const found = await stat(path).catch(() => null);
      if (found && nowMs - found.mtimeMs > abandonedAfterMs) await rm(path, { force: true });
    }
    return store;
  }

  async put(content: AsyncIterable<Uint8Array>, limits: PutLimits = {}): Promise<StoredArtifact> {
    const temporary = join(this.#incoming(), randomUUID());
    try {
      const stored = await writeHashed(temporary, content, limits.maxBytes ?? Number.POSITIVE_INFINITY);
      const path = this.#pathOf(stored.hash);
      const created = await mkdir(dirname(path), { recursive: true });
      // Replaces a file of the same hash: equal content, and one that the disk has damaged is mended.
      await rename(temporary, path);
      await syncFolder(dirname(path));
      if (created !== undefined) await syncFolder(dirname(dirname(path)));
      return stored;
    } catch (error) {
      await rm(temporary, { force: true });
      throw asStoreError(error);
    }
  }

  async sizeOf(hash: ArtifactHash): Promise<number | null> {
    try {
      return (await stat(this.#pathOf(hash))).size;
    } catch (error) {
      if (isMissing(error)) return null;
      throw asStoreError(error);
    }
  }

  async read(hash: ArtifactHash): Promise<Readable> {
    if ((await this.sizeOf(hash)) === null)
      throw new ArtifactError('ARTIFACT_NOT_FOUND', `there is no content ${hash}`);
    return Readable.from(checked(createReadStream(this.#pathOf(hash)), hash), { objectMode: false });
  }

  async ping(): Promise<void> {
    await access(this.#incoming());
  }

  #incoming(): string {
    return join(this.#root, 'incoming');
  }

  #pathOf(hash: ArtifactHash): string {
    return join(this.#root, 'sha256', hash.slice(0, 2), hash);
  }
}

async function writeHashed(
  path: string,
  content: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<StoredArtifact> {
  const file = await open(path, 'wx');
  try {
    const hash = createHash('sha256');
    let sizeBytes = 0;
    for await (const chunk of content) {
      sizeBytes += chunk.length;
      if (sizeBytes > maxBytes)
        throw new ArtifactError('ARTIFACT_TOO_LARGE', `the content is larger than ${maxBytes} bytes`);
      hash.update(chunk);
      await writeAll(file, chunk);
    }
    // Before the rename: a name must never stand for bytes that a power cut could still take away.
    await file.sync();
    return { hash: hash.digest('hex') as ArtifactHash, sizeBytes };
  } finally {
    await file.close();
  }
}

async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let at = 0; at < chunk.length;) at += (await file.write(chunk, at)).bytesWritten;
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Holds the last chunk back until the hash is known, so that a damaged content never looks complete. */
async function* checked(content: AsyncIterable<Buffer>, expected: ArtifactHash): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  let held: Buffer | undefined;
  for await (const chunk of content) {
    hash.update(chunk);
    if (held) yield held;
    held = chunk;
  }
  const actual = hash.digest('hex');
  if (actual !== expected) {
    throw new ArtifactError(
      'ARTIFACT_CORRUPT',
      `the content of ${expected} has the hash ${actual}: restore it from a copy`,
    );
  }
  if (held) yield held;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
