import type { AggregationKind } from './aggregation.ts';
import { count } from './count.ts';
import { decayedCount } from './decayed-count.ts';
import { decayedSum } from './decayed-sum.ts';
import { first } from './first.ts';
import { last } from './last.ts';
import { max } from './max.ts';
import { mean } from './mean.ts';
import { min } from './min.ts';
import { own } from './own.ts';
import { standardDeviation } from './standard-deviation.ts';
import { sum } from './sum.ts';
import { timeSinceFirst, timeSinceLast } from './time-since.ts';
import { variance } from './variance.ts';
import { zScore } from './z-score.ts';

/** Every aggregation by the name that documents give it: a new one is its file and a line here. */
const aggregationKinds = named({
  count,
  'decayed-count': decayedCount,
  'decayed-sum': decayedSum,
  first,
  last,
  max,
  mean,
  min,
  own,
  'standard-deviation': standardDeviation,
  sum,
  'time-since-first': timeSinceFirst,
  'time-since-last': timeSinceLast,
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
