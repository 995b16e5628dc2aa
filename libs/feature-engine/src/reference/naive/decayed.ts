import { durationMs } from '../../definitions/duration.ts';
import type { NaiveAggregation } from './naive-aggregation.ts';

type HalfLife = { readonly halfLife: string };

export const naiveDecayedSum: NaiveAggregation<HalfLife> = {
  value: (entries, { halfLife }, at) =>
    entries.reduce(
      (sum, { value, timeMs }) => sum + Number(value) * 2 ** ((timeMs - at.timeMs) / durationMs(halfLife)),
      0,
    ),
};

export const naiveDecayedCount: NaiveAggregation<HalfLife> = {
  value: (entries, parameters, at) =>
    naiveDecayedSum.value(
      entries.map((entry) => ({ ...entry, value: 1 })),
      parameters,
      at,
    ),
};
