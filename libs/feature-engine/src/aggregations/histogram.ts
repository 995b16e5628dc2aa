import { quote } from '../definitions/faults.ts';
import type { ObjectReader } from '../definitions/object-reader.ts';
import type { AggregationKind } from './aggregation.ts';

/** How many values lie in each of (-inf, b1], (b1, b2] … (bn, inf): a list of one count more than there are bounds. */
export interface Histogram {
  /** Rising. */
  readonly bounds: readonly number[];
}

export const histogram: AggregationKind<Histogram, number[]> = {
  input: 'required',
  takes: ['number', 'boolean'],
  needs: {},
  parse: (reader) => ({ bounds: readBounds(reader) }),
  type: () => 'list',
  empty: (parameters) => JSON.stringify(nothing(parameters)),
  part: {
    empty: nothing,
    add: (counts, value, _, { bounds }) => {
      const above = bounds.findIndex((bound) => Number(value) <= bound);
      const bucket = above === -1 ? bounds.length : above;
      counts[bucket] = (counts[bucket] ?? 0) + 1;
      return counts;
    },
    merge: (earlier, later) => earlier.map((count, bucket) => count + (later[bucket] ?? 0)),
    subtract: (counts, taken) => counts.map((count, bucket) => count - (taken[bucket] ?? 0)),
    finish: (counts) => JSON.stringify(counts),
    encode: (counts, to) => {
      for (const count of counts) to.u32(count);
    },
    decode: (from, parameters) => nothing(parameters).map(() => from.u32()),
    maxBytes: ({ bounds }) => 4 * (bounds.length + 1),
  },
  sql: ({ value, holds }, { bounds }) => {
    const list = `[${bounds.map((bound) => `toFloat64(${bound})`).join(', ')}]`;
    const above = `arrayFirstIndex(b -> assumeNotNull(${value}) <= b, ${list})`;
    const bucket = `toInt32(if(${above} = 0, ${bounds.length + 1}, ${above}))`;
    const counts = `arrayMap(i -> toFloat64(m.2[indexOf(m.1, i)]), range(1, ${bounds.length + 2}))`;
    return `toNullable(arrayMap(m -> toJSONString(${counts}), [sumMapIf([${bucket}], [toUInt64(1)], ${holds})])[1])`;
  },
};

function nothing({ bounds }: Histogram): number[] {
  return Array.from({ length: bounds.length + 1 }, () => 0);
}

function readBounds(reader: ObjectReader): readonly number[] {
  const value = reader.required('bounds', reader.raw('bounds'), [0]);
  const rises = (bound: unknown, index: number, all: readonly unknown[]) =>
    typeof bound === 'number' && Number.isFinite(bound) && (index === 0 || bound > Number(all[index - 1]));
  if (Array.isArray(value) && value.length > 0 && value.length <= 100 && value.every(rises)) return value as number[];
  return (
    reader.fault('bounds', `must be a list of 1 to 100 numbers, each above the one before, not ${quote(value)}`) ?? [0]
  );
}
