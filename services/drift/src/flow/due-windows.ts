import type { SaidWindow, WindowCount } from './ports.ts';

/** What a window is judged against, as far as it is there; every part only grows. */
export interface Basis {
  /** The reference of the features is there. */
  readonly hasReference: boolean;
  /** That of the score as well. */
  readonly hasScores: boolean;
  /** Of the accuracy that a drop is measured from, 0 when there is none or the rule does not ask for it. */
  readonly baselineRank: number;
}

/**
 * How much is known of a window and of what it is judged against; a report of that knowledge carries it as its revision. Each part only
 * grows, so an equal sum is the same knowledge.
 */
export function revisionOf(window: WindowCount, { hasReference, hasScores, baselineRank }: Basis): number {
  return window.rows + window.labelled + window.corrections + Number(hasReference) + Number(hasScores) + baselineRank;
}

export interface KnownWindow {
  readonly window: WindowCount;
  readonly revision: number;
}

export interface DueWindowsInput {
  /** Closed windows, ascending. */
  readonly known: readonly KnownWindow[];
  readonly said: ReadonlyMap<number, SaidWindow>;
  /** Revisions seen in the last round, by window start. */
  readonly lastSeen: ReadonlyMap<number, number>;
}

const LARGE_GROWTH = 0.25;

/**
 * The windows to report now. A closed window is reported at once. When outcomes or late predictions arrive, or what it is judged against,
 * it is reported again, but not at every trickle: only when nothing came since the last round, or when what is known grew by a quarter
 * of the window.
 */
export function dueWindows({ known, said, lastSeen }: DueWindowsInput): KnownWindow[] {
  return known.filter(({ window, revision }) => {
    if (window.rows === 0) return false;
    const last = said.get(window.startMs);
    if (last === undefined) return true;
    // Less than was said: rows went out of retention. The old report stands.
    if (revision <= last.revision) return false;
    const isQuiet = lastSeen.get(window.startMs) === revision;
    return isQuiet || revision - last.revision >= LARGE_GROWTH * window.rows;
  });
}
