/** ARTIFACT_NOT_FOUND, ARTIFACT_TOO_LARGE, ARTIFACT_DIGEST_INVALID, ARTIFACT_UPLOAD_INVALID or ARTIFACT_CORRUPT. */
export class ArtifactError extends Error {
  readonly code: string;
  override readonly name = 'ArtifactError';

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** The store cannot work now (disk full, not mounted): the same call may succeed later. */
export class ArtifactStoreUnavailable extends Error {
  readonly code = 'ARTIFACT_STORE_UNAVAILABLE';
  readonly transient = true;
  override readonly name = 'ArtifactStoreUnavailable';
}

const outages = new Set(['ENOSPC', 'EDQUOT', 'EIO', 'EROFS', 'EMFILE', 'ENFILE', 'ESTALE', 'ENOTCONN', 'EACCES']);

/** What the file system says, in the terms of the store; other errors pass through. */
export function asStoreError(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error) || !outages.has(String(error.code))) return error;
  return new ArtifactStoreUnavailable(`the artifact store cannot be used: ${error.message}`, { cause: error });
}
