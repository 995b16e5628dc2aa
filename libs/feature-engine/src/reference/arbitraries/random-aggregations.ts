import type { Aggregation } from '../../aggregations/registry.ts';
import { randomCount } from './count.ts';
import { randomLast } from './last.ts';
import { randomMax } from './max.ts';
import { randomMean } from './mean.ts';
import { randomMin } from './min.ts';
import type { RandomAggregation } from './random-aggregation.ts';
import { randomSum } from './sum.ts';

/** For tests: random definitions draw from every aggregation, else this does not compile. */
export const randomAggregations: Readonly<Record<Aggregation, RandomAggregation>> = {
  count: randomCount,
  last: randomLast,
  max: randomMax,
  mean: randomMean,
  min: randomMin,
  sum: randomSum,
};
