import type { Aggregation } from '../../aggregations/registry.ts';
import { naiveCount } from './count.ts';
import { naiveCounts } from './counts.ts';
import { naiveDecayedCount, naiveDecayedSum } from './decayed.ts';
import { naiveDistinct } from './distinct.ts';
import { naiveFirst } from './first.ts';
import { naiveHistogram } from './histogram.ts';
import { naiveLast } from './last.ts';
import { naiveMax } from './max.ts';
import { naiveMean } from './mean.ts';
import { naiveMin } from './min.ts';
import type { NaiveAggregation } from './naive-aggregation.ts';
import { naiveOwn } from './own.ts';
import { naivePercentile } from './percentile.ts';
import { naiveBottomK, naiveFirstK, naiveLastK, naiveTopK } from './ranked.ts';
import { naiveStandardDeviation } from './standard-deviation.ts';
import { naiveSum } from './sum.ts';
import { naiveTimeSinceFirst, naiveTimeSinceLast } from './time-since.ts';
import { naiveVariance } from './variance.ts';
import { naiveZScore } from './z-score.ts';

/** For tests: every aggregation has its naive twin, else this does not compile. */
export const naiveAggregations: Readonly<Record<Aggregation, NaiveAggregation>> = {
  'bottom-k': naiveBottomK,
  count: naiveCount,
  counts: naiveCounts,
  'decayed-count': naiveDecayedCount,
  'decayed-sum': naiveDecayedSum,
  distinct: naiveDistinct,
  first: naiveFirst,
  'first-k': naiveFirstK,
  histogram: naiveHistogram,
  last: naiveLast,
  'last-k': naiveLastK,
  max: naiveMax,
  mean: naiveMean,
  min: naiveMin,
  own: naiveOwn,
  percentile: naivePercentile,
  'standard-deviation': naiveStandardDeviation,
  sum: naiveSum,
  'time-since-first': naiveTimeSinceFirst,
  'time-since-last': naiveTimeSinceLast,
  'top-k': naiveTopK,
  variance: naiveVariance,
  'z-score': naiveZScore,
};
