import { finiteSql, type AggregationKind } from './aggregation.ts';
import { deviationsSql, parseDeviation, type DeviationParameters } from './deviations.ts';
import { addToMoments, noMoments, zScoreOf } from './moments.ts';
import { ownEntry, ownValue, ownValueSql, requireOwnEvent } from './own-value.ts';

/**
 * How many standard deviations the value of the own event lies above the mean of the others in its window; missing without an
 * own event, and where the others are too few or all equal. In one kind and not out of a mean and a deviation: at 1e9 a
 * mean is rounded to 1e-7, which neighbours would see.
 */
export const zScore: AggregationKind<DeviationParameters> = {
  input: 'required',
  takes: ['number', 'boolean'],
  needs: {},
  parse: (reader) => {
    requireOwnEvent(reader);
    return parseDeviation(reader);
  },
  type: () => 'double',
  empty: () => null,
  evaluate: (window, { of }) => {
    const value = ownValue(window);
    if (value === null) return null;
    const own = ownEntry(window);
    let moments = noMoments;
    for (let entry = window.from; entry < window.to; entry += 1) {
      const other = entry === own ? null : window.valueAt(entry);
      if (other !== null) moments = addToMoments(moments, Number(other));
    }
    return zScoreOf(moments, Number(value), of);
  },
  sql: (window, { of }) => {
    const others = { value: window.value, holds: `(${window.holds}) AND NOT ${window.isOwn}` };
    return finiteSql(
      deviationsSql(
        others,
        of,
        (squared, mean, lowest) => `(${ownValueSql(window)} - ${lowest} - ${mean}) / sqrt(nullIf(${squared}, 0))`,
      ),
    );
  },
};
