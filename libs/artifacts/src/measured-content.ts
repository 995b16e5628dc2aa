import { createHash, type Hash } from 'node:crypto';
import { ArtifactError } from './artifact-errors.ts';
import type { ArtifactHash, PutLimits, StoredArtifact } from './artifact-store.ts';

/** Hashes and counts a content on its way into a store, and refuses what is not as its sender said. */
export class MeasuredContent {
  readonly #limits: PutLimits;
  readonly #sha256 = createHash('sha256');
  readonly #md5: Hash | undefined;
  #sizeBytes = 0;

  constructor(limits: PutLimits) {
    this.#limits = limits;
    this.#md5 = limits.expected?.md5 === undefined ? undefined : createHash('md5');
  }

  add(chunk: Uint8Array): void {
    this.#sizeBytes += chunk.length;
    const { maxBytes = Number.POSITIVE_INFINITY } = this.#limits;
    if (this.#sizeBytes > maxBytes)
      throw new ArtifactError('ARTIFACT_TOO_LARGE', `the content is larger than ${maxBytes} bytes`);
    this.#sha256.update(chunk);
    this.#md5?.update(chunk);
  }

  /** To be called once, at the end of the content. */
  finish(): StoredArtifact {
    const hash = this.#sha256.digest('hex') as ArtifactHash;
    const { sha256 = hash, md5 } = this.#limits.expected ?? {};
    check('SHA-256', sha256, hash);
    if (md5 !== undefined) check('MD5', md5, this.#md5?.digest('hex') ?? '');
    return { hash, sizeBytes: this.#sizeBytes };
  }
}

function check(algorithm: string, expected: string, actual: string): void {
  if (expected === actual) return;
  throw new ArtifactError(
    'ARTIFACT_DIGEST_INVALID',
    `the ${algorithm} of what arrived is ${actual}, the request says ${expected}: send it again`,
  );
}
