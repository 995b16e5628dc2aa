import type { Aggregation } from '../../aggregations/registry.ts';
import { randomCount } from './count.ts';
import { randomCounts } from './counts.ts';
import { randomDecayedCount, randomDecayedSum } from './decayed.ts';
import { randomDeviation } from './deviations.ts';
import { randomDistinct } from './distinct.ts';
import { randomFirst } from './first.ts';
import { randomHistogram } from './histogram.ts';
import { randomLast } from './last.ts';
import { randomMax } from './max.ts';
import { randomMean } from './mean.ts';
import { randomMin } from './min.ts';
import { randomOwn, randomZScore } from './own-value.ts';
import { randomPercentile } from './percentile.ts';
import type { RandomAggregation } from './random-aggregation.ts';
import { randomByTime, randomByValue } from './ranked.ts';
import { randomSum } from './sum.ts';
import { randomTimeSince } from './time-since.ts';

/** For tests: random definitions draw from every aggregation, else this does not compile. */
export const randomAggregations: Readonly<Record<Aggregation, RandomAggregation>> = {
  'bottom-k': randomByValue,
  count: randomCount,
  counts: randomCounts,
  'decayed-count': randomDecayedCount,
  'decayed-sum': randomDecayedSum,
  distinct: randomDistinct,
  first: randomFirst,
  'first-k': randomByTime,
  histogram: randomHistogram,
  last: randomLast,
  'last-k': randomByTime,
  max: randomMax,
  mean: randomMean,
  min: randomMin,
  own: randomOwn,
  percentile: randomPercentile,
  'standard-deviation': randomDeviation,
  sum: randomSum,
  'time-since-first': randomTimeSince,
  'time-since-last': randomTimeSince,
  'top-k': randomByValue,
  variance: randomDeviation,
  'z-score': randomZScore,
};
