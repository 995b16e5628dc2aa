import type { SumParameters } from '../../aggregations/sum.ts';
import type { NaiveAggregation } from './naive-aggregation.ts';

export const naiveSum: NaiveAggregation<SumParameters> = {
  value: (entries, { decimals }) => {
    const values = entries.map(({ value }) => Number(value));
    if (decimals === undefined) return values.reduce((total, value) => total + value, 0);
    const units = values.reduce((total, value) => total + BigInt(Math.round(value * 10 ** decimals)), 0n);
    return Number(units) / 10 ** decimals;
  },
};
