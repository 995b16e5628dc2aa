import type { Readable } from 'node:stream';
import type { PutLimits, StoredArtifact } from './artifact-store.ts';

/** First and last byte, both inside the content, as HTTP ranges count them. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

export interface StoredObject {
  readonly key: string;
  readonly sizeBytes: number;
  readonly modifiedAtMs: number;
}

/**
 * What a store of artifacts needs of a disk or a bucket. Keys are made by us alone: lower-case letters, digits, `-` and `/`.
 * Every call works in constant memory, whatever the size.
 */
export interface ObjectStorage {
  /**
   * Writes the content under the key that its hash gives it: whole and durable when it resolves, else not there at all. Throws
   * ARTIFACT_TOO_LARGE, and whatever the content throws.
   */
  write(
    content: AsyncIterable<Uint8Array>,
    keyOf: (stored: StoredArtifact) => string,
    limits: PutLimits,
  ): Promise<StoredArtifact>;
  /** Size and time of what is under the key, or null. */
  find(key: string): Promise<StoredObject | null>;
  /** The bytes, unchecked; null when there is nothing under the key. */
  read(key: string, range?: ByteRange): Promise<Readable | null>;
  /** Everything whose key begins so, in no order; a prefix ends at a `/` or is empty. */
  list(prefix: string): AsyncIterable<StoredObject>;
  /** Harmless when there is nothing. */
  remove(key: string): Promise<void>;
  /**
   * Removes what was last written before that time, and says whether it did. A write of the same key at the same moment is
   * not lost.
   */
  removeOlder(key: string, beforeMs: number): Promise<boolean>;
  /** Takes away what broken writes have left. */
  sweep(beforeMs: number): Promise<void>;
  /** Rejects when it cannot be written to. */
  ping(): Promise<void>;
}
