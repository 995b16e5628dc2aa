import type { SerializedWatermarks } from '@millrace/events';

/** What a partition's owner keeps beside the fence in the online store, written with it in one step. */
export interface FenceNote {
  /** Of a source's partition: from which offset on each feature service gives vectors. */
  readonly lanes?: Readonly<Record<string, number>>;
  /** Of a rekeyed log's partition: which source events have been applied. */
  readonly watermarks?: SerializedWatermarks;
}

const version = 1;

export function encodeFenceNote(note: FenceNote): Buffer {
  return Buffer.from(JSON.stringify({ version, ...note }));
}

/** Also reads what was written before notes had a version: the watermarks alone (a list), or the lanes alone. */
export function decodeFenceNote(extra: Buffer): FenceNote {
  if (extra.length === 0) return {};
  const read = JSON.parse(extra.toString()) as object;
  if (Array.isArray(read)) return { watermarks: read as SerializedWatermarks };
  // No lane is called so: lanes are names with versions behind an @.
  if (!('version' in read)) return { lanes: read as Record<string, number> };
  const { version: written, ...note } = read;
  if (written !== version)
    throw new RangeError(
      `the note beside a fence has format ${String(written)}, and this service knows format ${version}: it was written by a newer one`,
    );
  return note;
}
