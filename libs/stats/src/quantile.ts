/** The q-quantile (0..1) of a sorted sample by linear interpolation (numpy's default); null for an empty sample. */
export function quantileOfSorted(sorted: ArrayLike<number>, q: number): number | null {
  if (sorted.length === 0) return null;
  const position = (sorted.length - 1) * q;
  const below = Math.floor(position);
  const low = sorted[below] ?? 0;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] ?? low;
  const share = position - below;
  const distance = high - low;
  // The distance of the largest doubles is none.
  return Number.isFinite(distance) ? low + distance * share : low * (1 - share) + high * share;
}
