import type { Aggregation } from '../../aggregations/registry.ts';
import { naiveCount } from './count.ts';
import { naiveLast } from './last.ts';
import { naiveMax } from './max.ts';
import { naiveMean } from './mean.ts';
import { naiveMin } from './min.ts';
import type { NaiveAggregation } from './naive-aggregation.ts';
import { naiveSum } from './sum.ts';

/** For tests: every aggregation has its naive twin, else this does not compile. */
export const naiveAggregations: Readonly<Record<Aggregation, NaiveAggregation>> = {
  count: naiveCount,
  last: naiveLast,
  max: naiveMax,
  mean: naiveMean,
  min: naiveMin,
  sum: naiveSum,
};
