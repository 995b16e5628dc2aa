import fc from 'fast-check';
import { expect } from 'vitest';
import type { AggregateValue, AggregationKind } from '../aggregations/aggregation.ts';
import { decayedCount } from '../aggregations/decayed-count.ts';
import { decayedSum } from '../aggregations/decayed-sum.ts';
import { first } from '../aggregations/first.ts';
import { own } from '../aggregations/own.ts';
import { standardDeviation } from '../aggregations/standard-deviation.ts';
import { timeSinceFirst, timeSinceLast } from '../aggregations/time-since.ts';
import { variance } from '../aggregations/variance.ts';
import { zScore } from '../aggregations/z-score.ts';
import { Faults } from '../definitions/faults.ts';
import { ObjectReader } from '../definitions/object-reader.ts';
import { hostileNumbers } from './hostile-numbers.ts';
import type { ListEntry } from './list-window.ts';
import { randomDecayedCount, randomDecayedSum } from './arbitraries/decayed.ts';
import { randomDeviation } from './arbitraries/deviations.ts';
import { randomFirst } from './arbitraries/first.ts';
import { randomOwn, randomZScore } from './arbitraries/own-value.ts';
import type { RandomAggregation } from './arbitraries/random-aggregation.ts';
import { randomTimeSince } from './arbitraries/time-since.ts';
import { naiveDecayedCount, naiveDecayedSum } from './naive/decayed.ts';
import { naiveFirst } from './naive/first.ts';
import type { NaiveAggregation, NaiveEntry } from './naive/naive-aggregation.ts';
import { naiveOwn } from './naive/own.ts';
import { naiveStandardDeviation } from './naive/standard-deviation.ts';
import { naiveTimeSinceFirst, naiveTimeSinceLast } from './naive/time-since.ts';
import { naiveVariance } from './naive/variance.ts';
import { naiveZScore } from './naive/z-score.ts';

/** For tests: an aggregation of scalars and its naive twin. */
export interface ScalarSubject {
  readonly kind: AggregationKind;
  readonly naive: NaiveAggregation;
  /** Members of its own that make a difference to SQL. */
  readonly documents: readonly object[];
  readonly random: RandomAggregation;
  /** What a difference is measured by beside the value itself: where terms cancel, that may be next to nothing. */
  readonly sizeOf: (entries: readonly NaiveEntry[]) => number;
}

const subject = (
  kind: AggregationKind,
  naive: NaiveAggregation,
  random: RandomAggregation,
  documents: readonly object[],
  sizeOf: ScalarSubject['sizeOf'] = () => 0,
): ScalarSubject => ({
  kind,
  naive,
  documents,
  random,
  sizeOf,
});

const of = [{}, { of: 'sample' }, { of: 'population' }];
const halfLives = ['1ms', '7ms', '1h', '365d'].map((halfLife) => ({ halfLife }));
const units = [{}, { unit: 'ms' }, { unit: 'm' }, { unit: 'h' }, { unit: 'd' }];

const sumOfSizes = (entries: readonly NaiveEntry[]) =>
  entries.reduce((sum, { value }) => sum + Math.abs(Number(value)), 0);

export const scalarSubjects: Readonly<Record<string, ScalarSubject>> = {
  variance: subject(variance, naiveVariance, randomDeviation, of),
  'standard deviation': subject(standardDeviation, naiveStandardDeviation, randomDeviation, of),
  'z-score': subject(zScore, naiveZScore, randomZScore, of, () => 1),
  first: subject(first, naiveFirst, randomFirst, [{}]),
  own: subject(own, naiveOwn, randomOwn, [{}]),
  'time since the last': subject(timeSinceLast, naiveTimeSinceLast, randomTimeSince, units),
  'time since the first': subject(timeSinceFirst, naiveTimeSinceFirst, randomTimeSince, units),
  'decayed sum': subject(decayedSum, naiveDecayedSum, randomDecayedSum, halfLives, sumOfSizes),
  'decayed count': subject(decayedCount, naiveDecayedCount, randomDecayedCount, halfLives),
};

const day = 86_400_000;
const startMs = 1_700_000_000_000;

/** Entries in order with ties, gaps of all lengths and entries without a value. */
export const hostileWindows: fc.Arbitrary<ListEntry[]> = fc
  .record({
    values: hostileNumbers,
    gaps: fc.array(fc.constantFrom(0, 0, 1, 5, 60_000, day, 20_000 * day), { minLength: 61, maxLength: 61 }),
    holes: fc.array(fc.nat(5), { minLength: 61, maxLength: 61 }),
  })
  .map(({ values, gaps, holes }) => {
    let timeMs = startMs;
    return values.map((value, index): ListEntry => {
      timeMs += gaps[index] ?? 0;
      return { timeMs, position: 3 * index + 1, value: holes[index] === 0 ? null : value };
    });
  });

export function parametersOf({ kind }: Pick<ScalarSubject, 'kind'>, document: object): object {
  const faults = new Faults();
  const parameters = kind.parse(new ObjectReader(document, 'feature', faults));
  expect(faults.list).toEqual([]);
  return parameters;
}

/** The entries that have a value, as naive aggregations take them. */
export function naiveEntries(entries: readonly ListEntry[], isOwn: (entry: ListEntry) => boolean): NaiveEntry[] {
  return entries.flatMap((entry) =>
    entry.value === null ? [] : [{ ...entry, value: entry.value, isOwn: isOwn(entry) }],
  );
}

/** Doubles below this have lost digits of their own. */
const smallest = 1e-300;

/** Within 1e-9 of the value, or of the size of what it is made of. */
export function expectAgreed(
  { sizeOf }: ScalarSubject,
  entries: readonly NaiveEntry[],
  actual: AggregateValue,
  expected: AggregateValue,
): void {
  if (typeof expected !== 'number' || typeof actual !== 'number') return expect(actual).toBe(expected);
  return expect(Math.abs(actual - expected)).toBeLessThanOrEqual(
    smallest + 1e-9 * Math.max(sizeOf(entries), Math.abs(expected)),
  );
}
