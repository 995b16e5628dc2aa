import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { json } from 'node:stream/consumers';
import { ArtifactError } from './artifact-errors.ts';
import {
  isArtifactHash,
  type ArtifactHash,
  type ArtifactStore,
  type PutLimits,
  type StoredArtifact,
} from './artifact-store.ts';
import { checkedContent } from './checked-content.ts';
import type { ObjectStorage } from './object-storage.ts';

export const maxParts = 10_000;

export interface UploadPart extends StoredArtifact {
  readonly number: number;
}

export interface Upload {
  /** What it was opened for, as its owner wrote it. */
  readonly target: string;
  /** By number; a part that was sent twice with different contents is there twice. */
  readonly parts: readonly UploadPart[];
  /** What it became, once it is complete. */
  readonly completed: StoredArtifact | null;
}

/**
 * Contents that arrive in parts, in any order, over any time, through any process: all that is known of an upload lies in
 * the store. Only a complete one becomes an artifact.
 */
export class MultipartUploads {
  readonly #objects: ObjectStorage;
  readonly #store: ArtifactStore;
  readonly #joining = new Map<string, Promise<StoredArtifact>>();

  constructor(objects: ObjectStorage, store: ArtifactStore) {
    this.#objects = objects;
    this.#store = store;
  }

  /** The id is not to be guessed: whoever knows it may send parts. */
  async open(target: string): Promise<string> {
    const id = randomUUID().replaceAll('-', '');
    await this.#writeJson(`${folderOf(id)}opened`, { target });
    return id;
  }

  async find(id: string): Promise<Upload | null> {
    if (!isUploadId(id)) return null;
    const opened = (await this.#readJson(`${folderOf(id)}opened`)) as { target: string } | null;
    if (opened === null) return null;
    const parts: UploadPart[] = [];
    for await (const { key, sizeBytes } of this.#objects.list(folderOf(id))) {
      const [, number, hash = ''] = /\/part-(\d{5})-(\w+)$/.exec(key) ?? [];
      if (number !== undefined && isArtifactHash(hash)) parts.push({ number: Number(number), hash, sizeBytes });
    }
    const completed = (await this.#readJson(`${folderOf(id)}completed`)) as StoredArtifact | null;
    return { target: opened.target, parts: parts.sort((a, b) => a.number - b.number), completed };
  }

  /** The upload must be there. A part that is sent again takes the place of none: which one counts is said at the end. */
  async putPart(
    id: string,
    number: number,
    content: AsyncIterable<Uint8Array>,
    limits: PutLimits,
  ): Promise<UploadPart> {
    const stored = await this.#objects.write(content, ({ hash }) => partKey(id, { number, hash }), limits);
    return { number, ...stored };
  }

  /**
   * Joins the parts, each checked while it is read, into one content. Said again it gives the same content, so that a caller
   * whose answer was lost may repeat it. Throws ARTIFACT_UPLOAD_INVALID.
   */
  async complete(
    id: string,
    upload: Upload,
    chosen: readonly { readonly number: number; readonly hash: ArtifactHash }[],
    limits: PutLimits = {},
  ): Promise<StoredArtifact> {
    if (upload.completed !== null) {
      if ((await this.#store.sizeOf(upload.completed.hash)) !== null) return upload.completed;
      throw invalid('the content of the upload was taken away, as nothing named it for long: create a new upload');
    }
    checkChoice(upload, chosen);
    // A caller that lost its patience with a large file asks again while it is still being joined.
    const key = `${id} ${chosen.map(({ number, hash }) => `${number} ${hash}`).join(' ')}`;
    const joining = this.#joining.get(key) ?? this.#joinInto(id, upload, chosen, limits);
    this.#joining.set(key, joining);
    try {
      return await joining;
    } finally {
      this.#joining.delete(key);
    }
  }

  /** Harmless for an upload that is not there. */
  async remove(id: string): Promise<void> {
    if (!isUploadId(id)) return;
    for await (const { key } of this.#objects.list(folderOf(id))) await this.#objects.remove(key);
  }

  /** Takes away uploads that nobody has sent anything to since. */
  async sweep(beforeMs: number): Promise<void> {
    const touched = new Map<string, number>();
    for await (const { key, modifiedAtMs } of this.#objects.list('uploads/')) {
      const id = key.split('/')[1] ?? '';
      touched.set(id, Math.max(modifiedAtMs, touched.get(id) ?? 0));
    }
    for (const [id, atMs] of touched) if (atMs < beforeMs) await this.remove(id);
  }

  async #joinInto(
    id: string,
    upload: Upload,
    chosen: readonly { readonly number: number; readonly hash: ArtifactHash }[],
    limits: PutLimits,
  ): Promise<StoredArtifact> {
    const stored = await this.#store.put(this.#join(id, chosen), limits);
    await this.#writeJson(`${folderOf(id)}completed`, stored);
    for (const part of upload.parts) await this.#objects.remove(partKey(id, part));
    return stored;
  }

  async *#join(
    id: string,
    chosen: readonly { readonly number: number; readonly hash: ArtifactHash }[],
  ): AsyncGenerator<Uint8Array> {
    for (const part of chosen) {
      const content = await this.#objects.read(partKey(id, part));
      if (content === null) throw missing(part.number);
      yield* checkedContent(content, part.hash);
    }
  }

  async #writeJson(key: string, value: unknown): Promise<void> {
    await this.#objects.write(Readable.from([Buffer.from(JSON.stringify(value))]), () => key, {});
  }

  async #readJson(key: string): Promise<unknown> {
    const content = await this.#objects.read(key);
    return content === null ? null : json(content);
  }
}

function checkChoice(upload: Upload, chosen: readonly { readonly number: number; readonly hash: string }[]): void {
  if (chosen.length === 0) throw invalid('an upload is complete with one part or more, none was named');
  let last = 0;
  for (const { number, hash } of chosen) {
    if (number <= last) throw invalid(`parts are named in order, each once: part ${number} comes after part ${last}`);
    last = number;
    const sent = upload.parts.filter((part) => part.number === number);
    if (sent.length === 0) throw missing(number);
    if (!sent.some((part) => part.hash === hash)) {
      throw invalid(
        `part ${number} has the ETag "${sent.at(-1)?.hash}", the request says "${hash}": send the part again`,
      );
    }
  }
}

function missing(number: number): ArtifactError {
  return invalid(`part ${number} has not arrived: send it, then complete the upload`);
}

function invalid(message: string): ArtifactError {
  return new ArtifactError('ARTIFACT_UPLOAD_INVALID', message);
}

function isUploadId(id: string): boolean {
  return /^[0-9a-f]{32}$/.test(id);
}

function folderOf(id: string): string {
  return `uploads/${id}/`;
}

function partKey(id: string, { number, hash }: { readonly number: number; readonly hash: string }): string {
  return `${folderOf(id)}part-${String(number).padStart(5, '0')}-${hash}`;
}
