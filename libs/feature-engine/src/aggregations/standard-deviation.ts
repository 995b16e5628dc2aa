import { finiteSql, type AggregationKind } from './aggregation.ts';
import { deviationsSql, momentsPart, parseDeviation, type DeviationParameters } from './deviations.ts';
import { varianceOf, type Moments } from './moments.ts';

/** Square root of the variance; missing for one value of a sample. */
export const standardDeviation: AggregationKind<DeviationParameters, Moments> = {
  input: 'required',
  takes: ['number', 'boolean'],
  needs: {},
  parse: parseDeviation,
  type: () => 'double',
  empty: () => null,
  part: {
    ...momentsPart,
    finish: (part, _, { of }) => {
      const squared = varianceOf(part, of);
      return squared === null ? null : Math.sqrt(squared);
    },
  },
  sql: (window, { of }) => finiteSql(deviationsSql(window, of, (squared) => `sqrt(${squared})`)),
};
