import { Readable } from 'node:stream';
import { ArtifactError } from './artifact-errors.ts';
import { checkedContent } from './checked-content.ts';
import type { ByteRange, ObjectStorage } from './object-storage.ts';

/** SHA-256 of a content, 64 lower-case hexadecimal digits: the only name that a content has. */
export type ArtifactHash = string & { readonly __brand: 'ArtifactHash' };

export interface StoredArtifact {
  readonly hash: ArtifactHash;
  readonly sizeBytes: number;
}

/** What a client says its content is; each in lower-case hexadecimal digits. */
export interface ExpectedDigests {
  readonly sha256?: string;
  readonly md5?: string;
}

export interface PutLimits {
  /** A content beyond it is refused with ARTIFACT_TOO_LARGE and leaves nothing behind. */
  readonly maxBytes?: number;
  /** A content that has another digest is refused with ARTIFACT_DIGEST_INVALID and leaves nothing behind. */
  readonly expected?: ExpectedDigests;
}

export interface FoundArtifact extends StoredArtifact {
  /** When it was last put. */
  readonly modifiedAtMs: number;
}

/**
 * Files named by their content, on a disk or in a bucket. Nothing a user writes becomes a path here: names are kept by
 * whoever refers to the hash. Every call works in constant memory, whatever the size.
 */
export class ArtifactStore {
  readonly #objects: ObjectStorage;

  constructor(objects: ObjectStorage) {
    this.#objects = objects;
  }

  /** Durable when it resolves; a broken upload rejects and leaves nothing that can be read. Putting twice is harmless. */
  put(content: AsyncIterable<Uint8Array>, limits: PutLimits = {}): Promise<StoredArtifact> {
    return this.#objects.write(content, ({ hash }) => keyOf(hash), limits);
  }

  /** Size of the content, or null when there is none. */
  async sizeOf(hash: ArtifactHash): Promise<number | null> {
    return (await this.#objects.find(keyOf(hash)))?.sizeBytes ?? null;
  }

  /**
   * The content, checked while it is read: a stream whose bytes are not those of the hash ends with ARTIFACT_CORRUPT
   * instead of its end. A range of it is not checked. Throws ARTIFACT_NOT_FOUND.
   */
  async read(hash: ArtifactHash, range?: ByteRange): Promise<Readable> {
    const content = await this.#objects.read(keyOf(hash), range);
    if (content === null) throw new ArtifactError('ARTIFACT_NOT_FOUND', `there is no content ${hash}`);
    return range === undefined ? Readable.from(checkedContent(content, hash), { objectMode: false }) : content;
  }

  /** Every content whose hash begins with the two digits, in no order. */
  async *list(firstDigits: string): AsyncGenerator<FoundArtifact> {
    for await (const { key, sizeBytes, modifiedAtMs } of this.#objects.list(`sha256/${firstDigits}/`)) {
      const hash = key.slice(key.lastIndexOf('/') + 1);
      if (isArtifactHash(hash)) yield { hash, sizeBytes, modifiedAtMs };
    }
  }

  /** Removes a content that was last put before that time, and says whether it did. */
  removeOlder(hash: ArtifactHash, beforeMs: number): Promise<boolean> {
    return this.#objects.removeOlder(keyOf(hash), beforeMs);
  }

  /** Rejects when the store cannot be written to, for readiness. */
  ping(): Promise<void> {
    return this.#objects.ping();
  }
}

export function isArtifactHash(text: string): text is ArtifactHash {
  return /^[0-9a-f]{64}$/.test(text);
}

function keyOf(hash: ArtifactHash): string {
  return `sha256/${hash.slice(0, 2)}/${hash}`;
}
