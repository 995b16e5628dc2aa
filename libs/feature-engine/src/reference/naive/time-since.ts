import type { NaiveAggregation } from './naive-aggregation.ts';

const perUnit = { ms: 1, s: 1000, m: 60 * 1000, h: 3600 * 1000, d: 24 * 3600 * 1000 };
type Unit = { readonly unit: keyof typeof perUnit };

export const naiveTimeSinceLast: NaiveAggregation<Unit> = {
  value: (entries, { unit }, { timeMs }) =>
    (timeMs - Math.max(...entries.map((entry) => entry.timeMs))) / perUnit[unit],
};

export const naiveTimeSinceFirst: NaiveAggregation<Unit> = {
  value: (entries, { unit }, { timeMs }) =>
    (timeMs - Math.min(...entries.map((entry) => entry.timeMs))) / perUnit[unit],
};
