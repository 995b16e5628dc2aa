import { finiteSql, type AggregationKind } from './aggregation.ts';
import { deviationsSql, momentsPart, parseDeviation, type DeviationParameters } from './deviations.ts';
import { varianceOf, type Moments } from './moments.ts';

/** Mean of the squared deviations from the mean; missing for one value of a sample. */
export const variance: AggregationKind<DeviationParameters, Moments> = {
  input: 'required',
  takes: ['number', 'boolean'],
  needs: {},
  parse: parseDeviation,
  type: () => 'double',
  empty: () => null,
  part: { ...momentsPart, finish: (part, _, { of }) => varianceOf(part, of) },
  sql: (window, { of }) => finiteSql(deviationsSql(window, of, (squared) => squared)),
};
