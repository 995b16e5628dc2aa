import type { SaidWindow } from './ports.ts';

export interface BaselineInput {
  readonly said: Iterable<SaidWindow>;
  /** Windows that begin before it belong to the reference. */
  readonly referenceEndsAtMs: number | null;
  readonly minRows: number;
}

export interface Baseline {
  readonly accuracy: number;
  /** At least 1, and grows with what is known of the baseline: a window that was judged with a smaller one is judged again. */
  readonly rank: number;
}

/** Above the rank of any single window. */
const REFERENCE_RANK = 2 ** 20;

/**
 * The accuracy that a drop is measured from, by the start of the window that is judged: over the reference's own windows, or, when too
 * few of their outcomes are known (or the reference holds no predictions), of the earliest window with enough outcomes. Null when that
 * is the window itself or none. Outcomes come in any order: an earlier window, or more of the reference, makes a larger rank.
 */
export function baselines({
  said,
  referenceEndsAtMs,
  minRows,
}: BaselineInput): (windowStartMs: number) => Baseline | null {
  const windows = [...said].sort((a, b) => a.startMs - b.startMs);
  const judged = windows.filter((window) => window.accuracy !== null && window.labelled > 0);
  const inReference = judged.filter((window) => referenceEndsAtMs !== null && window.startMs < referenceEndsAtMs);
  const earliest = judged.find((window) => window.labelled >= minRows);
  return (windowStartMs) => {
    const others = inReference.filter((window) => window.startMs !== windowStartMs);
    const rows = others.reduce((sum, window) => sum + window.labelled, 0);
    if (rows >= minRows) {
      const right = others.reduce((sum, window) => sum + (window.accuracy ?? 0) * window.labelled, 0);
      // Judged again when the outcomes of the reference have doubled, not with each of them.
      return { accuracy: right / rows, rank: REFERENCE_RANK + Math.floor(Math.log2(rows / minRows)) };
    }
    if (earliest === undefined || earliest.startMs >= windowStartMs) return null;
    const distance = windows.filter(({ startMs }) => startMs >= earliest.startMs && startMs < windowStartMs).length;
    return { accuracy: earliest.accuracy ?? 0, rank: Math.min(distance, REFERENCE_RANK - 1) };
  };
}
