import type { AggregationKind } from './aggregation.ts';
import type { Decay } from './decay.ts';
import { decayPart, decaySql, parseDecay, type DecayParameters } from './decaying.ts';

/** Number of events with a value, each counting half for every half-life that has passed since it. */
export const decayedCount: AggregationKind<DecayParameters, Decay> = {
  input: 'optional',
  takes: ['number', 'boolean', 'string'],
  needs: {},
  parse: parseDecay,
  type: () => 'double',
  empty: () => 0,
  part: decayPart(() => 1),
  sql: (window, parameters) => decaySql(window, 'toFloat64(1)', parameters),
};
