import { createHash } from 'node:crypto';
import { ArtifactError } from './artifact-errors.ts';
import type { ArtifactHash } from './artifact-store.ts';

/** Holds the last chunk back until the hash is known, so that a damaged content never looks complete. */
export async function* checkedContent(content: AsyncIterable<Buffer>, expected: ArtifactHash): AsyncGenerator<Buffer> {
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
