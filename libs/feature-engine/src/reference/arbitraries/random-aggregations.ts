import type { Aggregation } from '../../aggregations/registry.ts';
import { randomCount } from './count.ts';
import { randomDecayedCount, randomDecayedSum } from './decayed.ts';
import { randomDeviation } from './deviations.ts';
import { randomFirst } from './first.ts';
import { randomLast } from './last.ts';
import { randomMax } from './max.ts';
import { randomMean } from './mean.ts';
import { randomMin } from './min.ts';
import type { RandomAggregation } from './random-aggregation.ts';
import { randomOwn, randomZScore } from './own-value.ts';
import { randomSum } from './sum.ts';
import { randomTimeSince } from './time-since.ts';

/** For tests: random definitions draw from every aggregation, else this does not compile. */
export const randomAggregations: Readonly<Record<Aggregation, RandomAggregation>> = {
  count: randomCount,
  'decayed-count': randomDecayedCount,
  'decayed-sum': randomDecayedSum,
  first: randomFirst,
  last: randomLast,
  max: randomMax,
  mean: randomMean,
  min: randomMin,
  own: randomOwn,
  'standard-deviation': randomDeviation,
  sum: randomSum,
  'time-since-first': randomTimeSince,
  'time-since-last': randomTimeSince,
  variance: randomDeviation,
  'z-score': randomZScore,
};
