import type { Readable } from 'node:stream';

/** SHA-256 of a content, 64 lower-case hexadecimal digits: the only name that a content has. */
export type ArtifactHash = string & { readonly __brand: 'ArtifactHash' };

export interface StoredArtifact {
  readonly hash: ArtifactHash;
  readonly sizeBytes: number;
}

export interface PutLimits {
  /** A content beyond it is refused with ARTIFACT_TOO_LARGE and leaves nothing behind. */
  readonly maxBytes?: number;
}

/**
 * Files named by their content. Nothing a user writes becomes a path here: names are kept by whoever refers to the
 * hash. Every call works in constant memory, whatever the size.
 */
export interface ArtifactStore {
  /** Durable when it resolves; a broken upload rejects and leaves nothing that can be read. Putting twice is harmless. */
  put(content: AsyncIterable<Uint8Array>, limits?: PutLimits): Promise<StoredArtifact>;
  /** Size of the content, or null when there is none. */
  sizeOf(hash: ArtifactHash): Promise<number | null>;
  /**
   * The content, checked while it is read: a stream whose bytes are not those of the hash ends with ARTIFACT_CORRUPT
   * instead of its end. Throws ARTIFACT_NOT_FOUND.
   */
  read(hash: ArtifactHash): Promise<Readable>;
  /** Rejects when the store cannot be written to, for readiness. */
  ping(): Promise<void>;
}

export function isArtifactHash(text: string): text is ArtifactHash {
  return /^[0-9a-f]{64}$/.test(text);
}
