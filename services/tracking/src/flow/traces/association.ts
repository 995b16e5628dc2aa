export interface Counts {
  readonly total: number;
  readonly inFirst: number;
  readonly inSecond: number;
  readonly inBoth: number;
}

export interface Association extends Counts {
  /** -1 never together, 0 as by chance, 1 always together; NaN where one of them never occurs. */
  readonly npmi: number;
  /** The same with half an observation added to each of the four cells. */
  readonly npmiSmoothed: number;
}

/** Jeffreys' prior: it keeps few observations from looking like certainty. */
const prior = 0.5;

/**
 * Normalized pointwise mutual information, ln(p(xy) / p(x)p(y)) / -ln p(xy) (Bouma 2009, "Normalized (Pointwise) Mutual
 * Information in Collocation Extraction").
 */
export function associationOf(counts: Counts): Association {
  const { total, inFirst, inSecond, inBoth } = counts;
  const cells = [inBoth, inFirst - inBoth, inSecond - inBoth, total - inFirst - inSecond + inBoth] as const;
  if (inFirst === 0 || inSecond === 0 || Math.min(...cells) < 0) {
    return { ...counts, npmi: Number.NaN, npmiSmoothed: Number.NaN };
  }
  return { ...counts, npmi: npmiOf(cells, 0), npmiSmoothed: npmiOf(cells, prior) };
}

function npmiOf(cells: readonly [number, number, number, number], smoothing: number): number {
  const [both, onlyFirst, onlySecond, neither] = cells.map((count) => count + smoothing) as [
    number,
    number,
    number,
    number,
  ];
  const total = both + onlyFirst + onlySecond + neither;
  if (both === 0) return -1;
  if (both === total) return 1;
  const information = Math.log((both * total) / ((both + onlyFirst) * (both + onlySecond)));
  return Math.min(1, Math.max(-1, information / -Math.log(both / total)));
}
