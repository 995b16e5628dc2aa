/** How often each bin or value occurs on each side; index i of both arrays is the same bin. */
export interface SideCounts {
  readonly reference: Float64Array;
  readonly current: Float64Array;
}

/** Above this many distinct values in the reference a number is binned; up to it every value is a bin of its own (Evidently). */
const MOST_VALUES_AS_CATEGORIES = 20;

/** Counts by distinct value of either side, in the order of first sight. */
export function countValues<T>(
  reference: Iterable<T>,
  current: Iterable<T>,
): SideCounts & { readonly values: readonly T[] } {
  const index = new Map<T, number>();
  const referenceCounts: number[] = [];
  const currentCounts: number[] = [];
  const slotOf = (value: T): number => {
    const known = index.get(value);
    if (known !== undefined) return known;
    const slot = index.size;
    index.set(value, slot);
    referenceCounts.push(0);
    currentCounts.push(0);
    return slot;
  };
  for (const value of reference) {
    const slot = slotOf(value);
    referenceCounts[slot] = (referenceCounts[slot] ?? 0) + 1;
  }
  for (const value of current) {
    const slot = slotOf(value);
    currentCounts[slot] = (currentCounts[slot] ?? 0) + 1;
  }
  return {
    values: [...index.keys()],
    reference: Float64Array.from(referenceCounts),
    current: Float64Array.from(currentCounts),
  };
}

/**
 * Edges of equal-width bins over both samples by Sturges' rule, as numpy.histogram_bin_edges(…, "sturges") makes them, to the bit:
 * a value on an edge must fall on the same side of it. Total: values that are not finite are left out, and without any the edges are
 * those of the unit interval, as numpy's are.
 */
export function sturgesEdges(reference: Float64Array, current: Float64Array): Float64Array {
  let { rows, first, last } = extent(reference, current);
  if (rows === 0) return Float64Array.of(0, 1);
  // The distance of the largest doubles is none: halves are exact up there, and numpy's arithmetic is then done on them.
  const scale = Number.isFinite(last - first) ? 1 : 2;
  first /= scale;
  last /= scale;
  const range = last - first;
  const width = range / (Math.log2(rows) + 1);
  const bins = width === 0 ? 1 : Math.ceil(range / width);
  if (first === last) {
    first -= 0.5;
    last += 0.5;
  }
  const step = (last - first) / bins;
  const edges = Float64Array.from({ length: bins + 1 }, (_, i) => Math.min(last, i * step + first) * scale);
  edges[bins] = last * scale;
  return edges;
}

function extent(...samples: readonly Float64Array[]): { rows: number; first: number; last: number } {
  let rows = 0;
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const sample of samples) {
    for (const value of sample) {
      if (!Number.isFinite(value)) continue;
      rows += 1;
      if (value < first) first = value;
      if (value > last) last = value;
    }
  }
  return { rows, first, last };
}

/** Counts between ascending, evenly spaced edges; the last bin is closed on the right, values outside and NaN are not counted. */
export function countIntoBins(sample: Float64Array, edges: Float64Array): Float64Array {
  const bins = edges.length - 1;
  const counts = new Float64Array(bins);
  const first = edges[0] ?? 0;
  const last = edges[bins] ?? 0;
  const perUnit = bins / (last - first);
  for (const value of sample) {
    if (!(value >= first && value <= last)) continue;
    // A guess that the edges correct; it is NaN or infinite where the range is too small or too large for a double.
    const guess = Math.floor((value - first) * perUnit);
    let bin = guess > 0 ? Math.min(bins - 1, guess) : 0;
    while (bin > 0 && value < (edges[bin] ?? first)) bin -= 1;
    while (bin < bins - 1 && value >= (edges[bin + 1] ?? last)) bin += 1;
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts;
}

/** True when the sample has more distinct values than are counted as categories. */
export function hasManyValues(sample: Float64Array): boolean {
  const seen = new Set<number>();
  for (const value of sample) {
    seen.add(value);
    if (seen.size > MOST_VALUES_AS_CATEGORIES) return true;
  }
  return false;
}

/** The bins a number's distributions are compared in: one a value up to 20 distinct values in the reference, else Sturges' bins. */
export function binNumbers(reference: Float64Array, current: Float64Array): SideCounts {
  if (!hasManyValues(reference)) return countValues(reference, current);
  const edges = sturgesEdges(reference, current);
  return { reference: countIntoBins(reference, edges), current: countIntoBins(current, edges) };
}
