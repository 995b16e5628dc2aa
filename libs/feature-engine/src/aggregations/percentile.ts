import { quote } from '../definitions/faults.ts';
import type { ObjectReader } from '../definitions/object-reader.ts';
import type { AggregationKind } from './aggregation.ts';
import { addCount, mergeCounts } from './count-map.ts';
import { bucketOf, bucketsPerOctave, bucketsPerSide, bucketsSql, middleOf, middleSql } from './dd-sketch.ts';

/**
 * Percentiles from a DDSketch, each within `accuracy` of the value that it stands for, relative to it: of n values in order
 * (from 0) the one at floor(q * (n - 1)).
 */
export interface Percentile {
  /** From 0 to 1; several give a list. */
  readonly q: number | readonly number[];
  readonly accuracy: number;
}

/** Counts by bucket, none of them 0. */
type Counts = Map<number, number>;

function ordered(counts: Counts): [number, number][] {
  return [...counts].sort(([a], [b]) => a - b);
}

export const percentile: AggregationKind<Percentile, Counts> = {
  input: 'required',
  takes: ['number', 'boolean'],
  needs: {},
  parse: (reader) => ({ q: readShares(reader), accuracy: readAccuracy(reader) }),
  type: (_, { q }) => (typeof q === 'number' ? 'double' : 'list'),
  empty: () => null,
  part: {
    empty: () => new Map(),
    add: (counts, value, _at, { accuracy }) => {
      addCount(counts, bucketOf(Number(value), bucketsPerOctave(accuracy)), 1);
      return counts;
    },
    merge: (earlier, later) => mergeCounts(earlier, later, 1),
    subtract: (counts, taken) => mergeCounts(counts, taken, -1),
    finish: (counts, _, { q, accuracy }) => {
      const sorted = ordered(counts);
      const values = sorted.reduce((sum, [, count]) => sum + count, 0);
      const at = (share: number) =>
        middleOf(bucketAt(sorted, Math.floor(share * (values - 1))), bucketsPerOctave(accuracy));
      return typeof q === 'number' ? at(q) : JSON.stringify(q.map(at));
    },
    encode: (counts, to) => {
      to.u32(counts.size);
      for (const [bucket, count] of ordered(counts)) {
        to.i32(bucket);
        to.u32(count);
      }
    },
    decode: (from) => {
      const counts: Counts = new Map();
      for (let left = from.u32(); left > 0; left -= 1) counts.set(from.i32(), from.u32());
      return counts;
    },
    maxBytes: ({ accuracy }) => 4 + 8 * (2 * bucketsPerSide(bucketsPerOctave(accuracy)) + 1),
  },
  sql: ({ value, holds }, { q, accuracy }) => {
    const perOctave = bucketsPerOctave(accuracy);
    const counts = bucketsSql(`toFloat64(assumeNotNull(${value}))`, perOctave, holds);
    // Sums over running counts: the first bucket whose own goes beyond the rank holds the value.
    const bucket = 'm.1[arrayFirstIndex(c -> c > floor(share * (arraySum(m.2) - 1)), arrayCumSum(m.2))]';
    const shares = typeof q === 'number' ? [q] : q;
    const found = `arrayMap(share -> arrayMap(b -> ${middleSql('b', perOctave)}, [${bucket}])[1], [${shares.map((share) => `toFloat64(${share})`).join(', ')}])`;
    const list = `arrayMap(m -> ${found}, [${counts}])[1]`;
    return `toNullable(${typeof q === 'number' ? `${list}[1]` : `toJSONString(${list})`})`;
  },
};

/** Of (bucket, count) in order, the bucket of the value with this rank, counted from 0. */
function bucketAt(sorted: readonly (readonly [number, number])[], rank: number): number {
  let passed = 0;
  for (const [bucket, count] of sorted) {
    passed += count;
    if (passed > rank) return bucket;
  }
  return 0;
}

function readShares(reader: ObjectReader): Percentile['q'] {
  const value = reader.required('q', reader.raw('q'), 0.5);
  if (isShare(value)) return value;
  if (Array.isArray(value) && value.length > 0 && value.length <= 100 && value.every(isShare)) return value;
  return reader.fault('q', `must be a number from 0 to 1, or a list of 1 to 100 of them, not ${quote(value)}`) ?? 0.5;
}

function isShare(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 1;
}

function readAccuracy(reader: ObjectReader): number {
  const value = reader.raw('accuracy');
  if (value === undefined) return 0.01;
  if (typeof value === 'number' && value >= 0.001 && value <= 0.1) return value;
  return reader.fault('accuracy', `must be a number from 0.001 to 0.1, not ${quote(value)}`) ?? 0.01;
}
