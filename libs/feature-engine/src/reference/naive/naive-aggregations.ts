import type { Aggregation } from '../../aggregations/registry.ts';
import { naiveCount } from './count.ts';
import { naiveDecayedCount, naiveDecayedSum } from './decayed.ts';
import { naiveFirst } from './first.ts';
import { naiveLast } from './last.ts';
import { naiveMax } from './max.ts';
import { naiveMean } from './mean.ts';
import { naiveMin } from './min.ts';
import type { NaiveAggregation } from './naive-aggregation.ts';
import { naiveOwn } from './own.ts';
import { naiveStandardDeviation } from './standard-deviation.ts';
import { naiveSum } from './sum.ts';
import { naiveTimeSinceFirst, naiveTimeSinceLast } from './time-since.ts';
import { naiveVariance } from './variance.ts';
import { naiveZScore } from './z-score.ts';

/** For tests: every aggregation has its naive twin, else this does not compile. */
export const naiveAggregations: Readonly<Record<Aggregation, NaiveAggregation>> = {
  count: naiveCount,
  'decayed-count': naiveDecayedCount,
  'decayed-sum': naiveDecayedSum,
  first: naiveFirst,
  last: naiveLast,
  max: naiveMax,
  mean: naiveMean,
  min: naiveMin,
  own: naiveOwn,
  'standard-deviation': naiveStandardDeviation,
  sum: naiveSum,
  'time-since-first': naiveTimeSinceFirst,
  'time-since-last': naiveTimeSinceLast,
  variance: naiveVariance,
  'z-score': naiveZScore,
};
