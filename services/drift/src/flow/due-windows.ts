import type { SaidWindow, WindowCount } from './ports.ts';

/** How much is known of a window; a report of that knowledge carries it as its revision. */
export function revisionOf(window: WindowCount): number {
  return window.rows + window.labelled + window.corrections;
}

export interface DueWindowsInput {
  /** Closed windows, ascending. */
  readonly counted: readonly WindowCount[];
  readonly said: ReadonlyMap<number, SaidWindow>;
  /** Revisions seen in the last round, by window start. */
  readonly lastSeen: ReadonlyMap<number, number>;
}

const LARGE_GROWTH = 0.25;

/**
 * The windows to report now. A closed window is reported at once. When outcomes or late predictions arrive it is reported again, but
 * not at every trickle: only when nothing came since the last round, or when what is known grew by a quarter of the window.
 */
export function dueWindows({ counted, said, lastSeen }: DueWindowsInput): WindowCount[] {
  return counted.filter((window) => {
    if (window.rows === 0) return false;
    const revision = revisionOf(window);
    const last = said.get(window.startMs);
    if (last === undefined) return true;
    // Less than was said: rows went out of retention. The old report stands.
    if (revision <= last.revision) return false;
    const isQuiet = lastSeen.get(window.startMs) === revision;
    return isQuiet || revision - last.revision >= LARGE_GROWTH * window.rows;
  });
}
