import type { SaidWindow } from './ports.ts';

export interface BaselineInput {
  readonly said: Iterable<SaidWindow>;
  /** The window that is to be judged: it is no baseline of its own. */
  readonly windowStartMs: number;
  /** Windows that begin before it belong to the reference. */
  readonly referenceEndsAtMs: number | null;
  readonly minRows: number;
}

/**
 * The accuracy that a drop is measured from: over the reference's own windows, or, when too few of their outcomes are known (or the
 * reference holds no predictions), of the earliest window with enough outcomes. Null when that is the window itself or none.
 */
export function baselineAccuracy({ said, windowStartMs, referenceEndsAtMs, minRows }: BaselineInput): number | null {
  const judged = [...said]
    .filter((window) => window.accuracy !== null && window.labelled > 0)
    .sort((a, b) => a.startMs - b.startMs);
  const inReference = judged.filter(
    (window) => referenceEndsAtMs !== null && window.startMs < referenceEndsAtMs && window.startMs !== windowStartMs,
  );
  const rows = inReference.reduce((sum, window) => sum + window.labelled, 0);
  if (rows >= minRows) {
    return inReference.reduce((sum, window) => sum + (window.accuracy ?? 0) * window.labelled, 0) / rows;
  }
  const earliest = judged.find((window) => window.labelled >= minRows);
  return earliest === undefined || earliest.startMs >= windowStartMs ? null : earliest.accuracy;
}
