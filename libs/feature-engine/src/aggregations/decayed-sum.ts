import type { AggregationKind } from './aggregation.ts';
import type { Decay } from './decay.ts';
import { decayPart, decaySql, parseDecay, type DecayParameters } from './decaying.ts';

/** Sum of values, each halved for every half-life that has passed since its event. */
export const decayedSum: AggregationKind<DecayParameters, Decay> = {
  input: 'required',
  takes: ['number', 'boolean'],
  needs: {},
  parse: parseDecay,
  type: () => 'double',
  empty: () => 0,
  part: decayPart(Number),
  sql: (window, parameters) => decaySql(window, window.value, parameters),
};
