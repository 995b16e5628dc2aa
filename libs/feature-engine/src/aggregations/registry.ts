import type { AggregationKind } from './aggregation.ts';
import { bottomK } from './bottom-k.ts';
import { count } from './count.ts';
import { counts } from './counts.ts';
import { decayedCount } from './decayed-count.ts';
import { decayedSum } from './decayed-sum.ts';
import { distinct } from './distinct.ts';
import { firstK } from './first-k.ts';
import { first } from './first.ts';
import { histogram } from './histogram.ts';
import { lastK } from './last-k.ts';
import { last } from './last.ts';
import { max } from './max.ts';
import { mean } from './mean.ts';
import { min } from './min.ts';
import { own } from './own.ts';
import { percentile } from './percentile.ts';
import { standardDeviation } from './standard-deviation.ts';
import { sum } from './sum.ts';
import { timeSinceFirst, timeSinceLast } from './time-since.ts';
import { topK } from './top-k.ts';
import { variance } from './variance.ts';
import { zScore } from './z-score.ts';

/** Every aggregation by the name that documents give it: a new one is its file and a line here. */
const aggregationKinds = named({
  'bottom-k': bottomK,
  count,
  counts,
  'decayed-count': decayedCount,
  'decayed-sum': decayedSum,
  distinct,
  first,
  'first-k': firstK,
  histogram,
  last,
  'last-k': lastK,
  max,
  mean,
  min,
  own,
  percentile,
  'standard-deviation': standardDeviation,
  sum,
  'time-since-first': timeSinceFirst,
  'time-since-last': timeSinceLast,
  'top-k': topK,
  variance,
  'z-score': zScore,
});

export type Aggregation = keyof typeof aggregationKinds;

export const aggregations = Object.keys(aggregationKinds) as [Aggregation, ...Aggregation[]];

export function aggregationKind(aggregation: Aggregation): AggregationKind {
  return aggregationKinds[aggregation];
}

/** Keeps the names and forgets what each kind's parameters and parts are. */
function named<K extends string>(kinds: Readonly<Record<K, AggregationKind>>): Readonly<Record<K, AggregationKind>> {
  return kinds;
}
