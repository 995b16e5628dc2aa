import type { AggregationKind } from './aggregation.ts';
import { count } from './count.ts';
import { last } from './last.ts';
import { max } from './max.ts';
import { mean } from './mean.ts';
import { min } from './min.ts';
import { sum } from './sum.ts';

/** Every aggregation by the name that documents give it: a new one is its file and a line here. */
const aggregationKinds = named({
  count,
  last,
  max,
  mean,
  min,
  sum,
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
