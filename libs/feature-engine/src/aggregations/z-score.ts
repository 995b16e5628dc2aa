import { finiteSql, type AggregationKind } from './aggregation.ts';
import { deviationsSql, momentsPart, parseDeviation, type DeviationParameters } from './deviations.ts';
import { addToMoments, mergeMoments, noMoments, zScoreOf, type Moments } from './moments.ts';
import { ownValueSql, requireOwnEvent } from './own-value.ts';

/** The newest value apart from the others: if any is the own event's, it is this one. */
interface ScorePart {
  readonly others: Moments;
  readonly newest: number;
  /** NaN before the first value. */
  readonly position: number;
}

/**
 * How many standard deviations the value of the own event lies above the mean of the others in its window; missing without an
 * own event, and where the others are too few or all equal. In one kind and not out of a mean and a deviation: at 1e9 a
 * mean is rounded to 1e-7, which neighbours would see.
 */
export const zScore: AggregationKind<DeviationParameters, ScorePart> = {
  input: 'required',
  takes: ['number', 'boolean'],
  needs: {},
  parse: (reader) => {
    requireOwnEvent(reader);
    return parseDeviation(reader);
  },
  type: () => 'double',
  empty: () => null,
  part: {
    empty: () => ({ others: noMoments, newest: Number.NaN, position: Number.NaN }),
    add: (part, value, { position }) => ({ others: allOf(part), newest: Number(value), position }),
    merge: (earlier, later) =>
      Number.isNaN(later.position) ? earlier : { ...later, others: mergeMoments(allOf(earlier), later.others) },
    finish: ({ others, newest, position }, { ownPosition }, { of }) =>
      position === ownPosition ? zScoreOf(others, newest, of) : null,
    encode: ({ others, newest, position }, to, parameters) => {
      momentsPart.encode(others, to, parameters);
      to.f64(newest);
      to.f64(position);
    },
    decode: (from, parameters) => ({
      others: momentsPart.decode(from, parameters),
      newest: from.f64(),
      position: from.f64(),
    }),
    maxBytes: () => 48,
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

function allOf({ others, newest, position }: ScorePart): Moments {
  return Number.isNaN(position) ? others : addToMoments(others, newest);
}
