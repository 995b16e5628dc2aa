import { countIntoBins, countValues } from '@millrace/stats';

/** Two distributions over the same bins, as shares, for a person to look at; the tests do not use them. */
export interface PictureBins {
  readonly binEdges: readonly number[];
  readonly binLabels: readonly string[];
  readonly referenceBins: readonly number[];
  readonly currentBins: readonly number[];
}

const BINS = 24;
const MOST_LABELS = 12;
const REST = 'other';

/** Equal-width bins over the middle 98 % of both sides; what lies outside counts in the first and last bin. Sides are sorted and not empty. */
export function binsOfNumbers(reference: Float64Array, current: Float64Array): PictureBins {
  const low = Math.min(at(reference, 0.01), at(current, 0.01));
  const high = Math.max(at(reference, 0.99), at(current, 0.99));
  const last = high > low ? high : low + 1;
  // Between the ends, not by steps from one: the largest doubles have no distance.
  const edges = Float64Array.from({ length: BINS + 1 }, (_, i) => low * (1 - i / BINS) + last * (i / BINS));
  const shares = (side: Float64Array): number[] => {
    const clamped = side.map((value) => Math.min(Math.max(value, edges[0] ?? 0), edges[BINS] ?? 0));
    return Array.from(countIntoBins(clamped, edges), (count) => count / side.length);
  };
  return { binEdges: [...edges], binLabels: [], referenceBins: shares(reference), currentBins: shares(current) };
}

/** The most frequent values of both sides together, the rest in one bin. */
export function binsOfStrings(reference: readonly string[], current: readonly string[]): PictureBins {
  const counts = countValues(reference, current);
  const rows = counts.values
    .map((label, i) => ({
      label,
      reference: (counts.reference[i] ?? 0) / Math.max(1, reference.length),
      current: (counts.current[i] ?? 0) / Math.max(1, current.length),
    }))
    .sort((a, b) => b.reference + b.current - a.reference - a.current || (a.label < b.label ? -1 : 1));
  const shown = rows.slice(0, MOST_LABELS);
  const rest = rows.slice(MOST_LABELS);
  if (rest.length > 0) {
    const sum = (side: 'reference' | 'current'): number => rest.reduce((total, row) => total + row[side], 0);
    shown.push({ label: REST, reference: sum('reference'), current: sum('current') });
  }
  return {
    binEdges: [],
    binLabels: shown.map((row) => row.label),
    referenceBins: shown.map((row) => row.reference),
    currentBins: shown.map((row) => row.current),
  };
}

function at(sorted: Float64Array, quantile: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * quantile))] ?? 0;
}

export const noBins: PictureBins = { binEdges: [], binLabels: [], referenceBins: [], currentBins: [] };
