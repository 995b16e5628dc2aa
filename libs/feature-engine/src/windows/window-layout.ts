import type { PlannedPart } from './block-index.ts';

/** What an input column of a view is used for: only that is indexed. */
interface WindowColumn {
  readonly kind: 'number' | 'string';
  readonly summed: boolean;
  readonly lowest: boolean;
  readonly highest: boolean;
}

/** The shape of a view's state: entries of (time, position, one double a column; a string is an index in a dictionary). */
export interface WindowLayout {
  readonly columns: readonly WindowColumn[];
  /** Number columns come first; an entry's `strings` fill the columns from here on. */
  readonly numberColumns: number;
  /** Parts that windows are merged out of, with the column that each is made of: -1 where every event counts with the value 1. */
  readonly parts: readonly (PlannedPart & {
    readonly column: number;
    /** Whether a lifetime is made of it, for which expired events are folded into one part. */
    readonly folds: boolean;
  })[];
  /** No window tells events apart that lie further back than this. */
  readonly heldMs: number;
  /** Events are kept as entries while they are newer than the newest one less this. */
  readonly retentionMs: number;
  /** An event older than the newest one by more than this is refused. */
  readonly allowedLatenessMs: number;
  /** What entries hold beside their values, in columns behind those. */
  readonly marks: readonly EntryMark[];
  /** Events are corrected by later ones: nothing is refused as too late, what has been dropped changes nothing. */
  readonly corrected: boolean;
  /** True when every event matters to a feature, also those without a value in any column: it counts them, or they make sessions. */
  readonly keepsEmptyEntries: boolean;
  /** Tells states of other layouts apart. */
  readonly fingerprint: number;
}

/** `origin`: which event of the source it is, by a number. `available-at`: when it became known. */
export type EntryMark = 'origin' | 'available-at';

/** Doubles an entry takes in memory and in Redis. */
export function strideOf(layout: WindowLayout): number {
  return 2 + layout.columns.length + layout.marks.length;
}

/** FNV-1a over UTF-16 units: enough to notice bytes of another view, not a security measure. */
export function fingerprintOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}
