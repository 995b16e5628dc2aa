import type { RunHead } from './run-head.ts';
import type { Author, RunWrites, Write } from './run-writes.ts';
import { notFound } from './write-refusals.ts';

interface TagToDelete {
  readonly subject: 'run' | 'logged-model';
  readonly id: string;
  readonly key: string;
  /** What is said when there is no such tag. */
  readonly missing: Error;
}

/** Takes a tag away. One that is not there is refused, unless a request that is repeated has taken it away. */
export async function deleteTag(writes: RunWrites, tag: TagToDelete, author: Author): Promise<void> {
  const { subject, id, key, missing } = tag;
  let isMissing = false;
  const made = (head: RunHead): Write => {
    if (subject === 'logged-model' && head.isDeleted) throw notFound(subject, id);
    isMissing = head.tag(key) === undefined;
    // A write of nothing is appended nowhere, but refused as any other: that comes before the tag that is not there.
    return isMissing ? {} : { tags: [{ key, value: null }] };
  };
  await writes.change({ subject, id, asked: { deleteTag: key }, made }, { type: 'logged', ...author });
  if (isMissing) throw missing;
}
