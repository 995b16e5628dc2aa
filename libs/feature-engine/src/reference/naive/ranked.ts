import type { Ranked } from '../../aggregations/ranked.ts';
import type { NaiveAggregation, NaiveEntry } from './naive-aggregation.ts';

function naiveRanked(ordered: (entries: readonly NaiveEntry[]) => readonly NaiveEntry[]): NaiveAggregation<Ranked> {
  return {
    value: (entries, { k, distinct, nth }) => {
      const values = ordered(entries).map(({ value }) => value);
      const list = (distinct ? [...new Set(values)] : values).slice(0, k);
      return nth === undefined ? JSON.stringify(list) : (list[nth - 1] ?? null);
    },
  };
}

export const naiveFirstK = naiveRanked((entries) => entries);
export const naiveLastK = naiveRanked((entries) => entries.toReversed());
export const naiveTopK = naiveRanked((entries) =>
  entries.toReversed().toSorted((a, b) => Number(b.value) - Number(a.value)),
);
export const naiveBottomK = naiveRanked((entries) =>
  entries.toReversed().toSorted((a, b) => Number(a.value) - Number(b.value)),
);
