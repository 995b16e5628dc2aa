import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, mkdir, open, opendir, rename, rm, rmdir, stat, lstat, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { asStoreError } from './artifact-errors.ts';
import type { PutLimits, StoredArtifact } from './artifact-store.ts';
import { MeasuredContent } from './measured-content.ts';
import type { ByteRange, ObjectStorage, StoredObject } from './object-storage.ts';

/** Objects as files under one folder; they grow in `incoming` on the same file system and are renamed when they are whole. */
export class DiskObjects implements ObjectStorage {
  readonly #root: string;

  private constructor(root: string) {
    this.#root = root;
  }

  static async open(root: string): Promise<DiskObjects> {
    const objects = new DiskObjects(root);
    await mkdir(objects.#incoming(), { recursive: true });
    return objects;
  }

  async write(
    content: AsyncIterable<Uint8Array>,
    keyOf: (stored: StoredArtifact) => string,
    limits: PutLimits,
  ): Promise<StoredArtifact> {
    const temporary = join(this.#incoming(), randomUUID());
    try {
      const stored = await writeMeasured(temporary, content, limits);
      // Replaces a file of the same key: equal content, and one that the disk has damaged is mended.
      await this.#moveTo(this.#pathOf(keyOf(stored)), temporary);
      return stored;
    } catch (error) {
      await rm(temporary, { force: true });
      throw asStoreError(error);
    }
  }

  async find(key: string): Promise<StoredObject | null> {
    const found = await present(lstat(this.#pathOf(key)));
    return found?.isFile() ? { key, sizeBytes: found.size, modifiedAtMs: found.mtimeMs } : null;
  }

  async read(key: string, range?: ByteRange): Promise<Readable | null> {
    // A link would lead out of the store, and a range of what it leads to is not even checked.
    const file = await present(open(this.#pathOf(key), constants.O_RDONLY | constants.O_NOFOLLOW));
    return file?.createReadStream(range && { start: range.first, end: range.last }) ?? null;
  }

  async *list(prefix: string): AsyncGenerator<StoredObject> {
    const folder = await present(opendir(this.#pathOf(prefix)));
    if (folder === null) return;
    for await (const entry of folder) {
      const key = `${prefix}${entry.name}`;
      if (entry.isDirectory()) yield* this.list(`${key}/`);
      const found = entry.isFile() ? await this.find(key) : null;
      if (found !== null) yield found;
    }
  }

  async remove(key: string): Promise<void> {
    const path = this.#pathOf(key);
    await rm(path, { force: true });
    await rmdir(dirname(path)).catch(() => {}); // Goes with its last file; a folder in use stays.
  }

  async removeOlder(key: string, beforeMs: number): Promise<boolean> {
    const path = this.#pathOf(key);
    const found = await this.find(key);
    if (found === null || found.modifiedAtMs >= beforeMs) return false;
    // Out of sight first: what a write has put here since the look above is seen in the moved file, and goes back.
    const moved = join(this.#incoming(), randomUUID());
    if ((await present(rename(path, moved).then(() => true))) === null) return false;
    if ((await stat(moved)).mtimeMs >= beforeMs) {
      await this.#moveTo(path, moved);
      return false;
    }
    await rm(moved, { force: true });
    return true;
  }

  async sweep(beforeMs: number): Promise<void> {
    for await (const { key, modifiedAtMs } of this.list('incoming/')) {
      if (modifiedAtMs < beforeMs) await rm(this.#pathOf(key), { force: true });
    }
  }

  async ping(): Promise<void> {
    await access(this.#incoming(), constants.W_OK).catch((error: unknown) => {
      throw asStoreError(error);
    });
  }

  async #moveTo(path: string, temporary: string): Promise<void> {
    const created = await mkdir(dirname(path), { recursive: true });
    await rename(temporary, path);
    await syncFolder(dirname(path));
    // A folder is found again after a power cut only when the one that holds it is synced as well.
    if (created !== undefined) {
      for (let folder = dirname(path); folder.length >= created.length; folder = dirname(folder)) {
        await syncFolder(dirname(folder));
      }
    }
  }

  #incoming(): string {
    return join(this.#root, 'incoming');
  }

  #pathOf(key: string): string {
    return join(this.#root, key);
  }
}

async function writeMeasured(
  path: string,
  content: AsyncIterable<Uint8Array>,
  limits: PutLimits,
): Promise<StoredArtifact> {
  const file = await open(path, 'wx');
  try {
    const measured = new MeasuredContent(limits);
    for await (const chunk of content) {
      measured.add(chunk);
      await writeAll(file, chunk);
    }
    const stored = measured.finish();
    // Before the rename: a name must never stand for bytes that a power cut could still take away.
    await file.sync();
    return stored;
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

/** What the call gives, or null where its file is missing, or is a link. */
async function present<T>(call: Promise<T>): Promise<T | null> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ELOOP')) return null;
    throw asStoreError(error);
  }
}
