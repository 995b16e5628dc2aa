import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExpressionType } from '../expressions/expression.ts';
import { agreeAsJson } from '../reference/agree-as-json.ts';
import { naiveCounts } from '../reference/naive/counts.ts';
import { naiveDistinct } from '../reference/naive/distinct.ts';
import { naiveHistogram } from '../reference/naive/histogram.ts';
import type { NaiveAggregation } from '../reference/naive/naive-aggregation.ts';
import { naivePercentile } from '../reference/naive/percentile.ts';
import { naiveBottomK, naiveFirstK, naiveLastK, naiveTopK } from '../reference/naive/ranked.ts';
import { testClickHouse, type TestClickHouse } from '../sql/clickhouse-for-tests.ts';
import type { AggregateValue, AggregationKind, WindowSql } from './aggregation.ts';
import { bottomK } from './bottom-k.ts';
import { counts } from './counts.ts';
import { bucketOf, bucketsPerOctave, bucketsSql } from './dd-sketch.ts';
import { distinct } from './distinct.ts';
import { firstK } from './first-k.ts';
import { histogram } from './histogram.ts';
import { HyperLogLog, registersSql } from './hyper-log-log.ts';
import { lastK } from './last-k.ts';
import { percentile } from './percentile.ts';
import { topK } from './top-k.ts';
import { Xxh64 } from './xxh64.ts';

interface Event {
  readonly n: number | null;
  readonly s: string | null;
  readonly holds: boolean;
  readonly step: number;
}

const event: fc.Arbitrary<Event> = fc.record({
  n: fc.option(
    fc.oneof(
      fc.integer({ min: -3, max: 12 }),
      fc.double({ min: -1e4, max: 1e4, noNaN: true }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.constantFrom(0, -0, 2 ** -40, 2 ** -41, 2 ** 64, -1e30, 1e21, 1e-7, 1_700_000_000_000),
    ),
    { freq: 6 },
  ),
  s: fc.option(
    fc.oneof(
      fc.constantFrom('x', 'y', '', '10', '9', 'e5', "q'\\", '/"', '\uffee', '🚀', '\n\u0001'),
      fc.string({ unit: 'grapheme', maxLength: 40 }),
    ),
    { freq: 6 },
  ),
  holds: fc.oneof({ arbitrary: fc.constant(true), weight: 5 }, fc.constant(false)),
  step: fc.nat(1),
});
const sets = fc.array(
  fc.oneof(fc.array(event, { maxLength: 12 }), fc.array(event, { minLength: 60, maxLength: 120 })),
  { minLength: 50, maxLength: 50 },
);

const holdsOf = (column: 'n' | 's') => `(w = 1 AND isNotNull(${column}))`;
const windowOf = (column: 'n' | 's'): WindowSql => ({
  value: column,
  valueType: column === 'n' ? 'number' : 'string',
  holds: holdsOf(column),
  count: `countIf(${holdsOf(column)})`,
  time: 'e_time',
  position: 'e_pos',
  at: 't',
  isOwn: 'false',
});

interface Case {
  readonly sql: string;
  readonly same: (a: AggregateValue, b: AggregateValue) => boolean;
  readonly column: 'n' | 's';
  readonly expected: (entries: Parameters<NaiveAggregation['value']>[0]) => AggregateValue;
}

function caseOf<P extends object, S>(
  kind: AggregationKind<P, S>,
  naive: NaiveAggregation<P>,
  column: 'n' | 's',
  parameters: P,
): Case {
  const input: ExpressionType = column === 'n' ? 'number' : 'string';
  const type = kind.type(input, parameters);
  return {
    sql: kind.sql(windowOf(column), parameters, type),
    same: type === 'string' ? (a, b) => a === b : agreeAsJson,
    column,
    expected: (entries) => naive.value(entries, parameters, { timeMs: 0 }),
  };
}

const cases: Case[] = [
  ...(['n', 's'] as const).flatMap((column) => [
    caseOf(distinct, naiveDistinct, column, { exactUpTo: 20, precision: 6 }),
    caseOf(distinct, naiveDistinct, column, { exactUpTo: 0, precision: 4 }),
    caseOf(distinct, naiveDistinct, column, { exactUpTo: 0, precision: 12 }),
    caseOf(distinct, naiveDistinct, column, { exactUpTo: 1_024, precision: 16 }),
    caseOf(counts, naiveCounts, column, { maxKeys: 1_000 }),
    caseOf(counts, naiveCounts, column, { maxKeys: 3 }),
    caseOf(counts, naiveCounts, column, { maxKeys: 3, keys: ['x', '10', "q'\\", '0', '9', '1e+21', '🚀', '\uffee'] }),
    ...[false, true].flatMap((once) => [
      caseOf(lastK, naiveLastK, column, { k: 5, distinct: once }),
      caseOf(lastK, naiveLastK, column, { k: 5, distinct: once, nth: 3 }),
      caseOf(firstK, naiveFirstK, column, { k: 100, distinct: once }),
    ]),
  ]),
  ...[false, true].flatMap((once) => [
    caseOf(topK, naiveTopK, 'n', { k: 7, distinct: once }),
    caseOf(topK, naiveTopK, 'n', { k: 7, distinct: once, nth: 2 }),
    caseOf(bottomK, naiveBottomK, 'n', { k: 7, distinct: once }),
  ]),
  caseOf(percentile, naivePercentile, 'n', { q: 0.5, accuracy: 0.01 }),
  caseOf(percentile, naivePercentile, 'n', { q: [0, 0.1, 0.25, 0.9, 0.95, 0.99, 1], accuracy: 0.03 }),
  caseOf(histogram, naiveHistogram, 'n', { bounds: [0] }),
  caseOf(histogram, naiveHistogram, 'n', { bounds: [-10.5, -1, 0, 1, 2 ** 64] }),
];

const precisions = [4, 12, 16] as const;
const accuracies = [0.001, 0.01, 0.03, 0.1] as const;
const hashOf = { n: 'xxHash64(assumeNotNull(n) + 0)', s: 'xxHash64(assumeNotNull(s))' } as const;

function registersOf(values: readonly (number | string)[], precision: number): [number[], number[]] {
  const sketch = new HyperLogLog(precision);
  const hash = new Xxh64();
  for (const value of values) sketch.add(typeof value === 'number' ? hash.ofNumber(value) : hash.ofText(value));
  const filled = [...sketch.registers.entries()].filter(([, rank]) => rank > 0);
  return [filled.map(([register]) => register), filled.map(([, rank]) => rank)];
}

function bucketsOf(values: readonly number[], accuracy: number): [number[], number[]] {
  const counted = new Map<number, number>();
  for (const value of values) {
    const bucket = bucketOf(value, bucketsPerOctave(accuracy));
    counted.set(bucket, (counted.get(bucket) ?? 0) + 1);
  }
  const sorted = [...counted].sort(([a], [b]) => a - b);
  return [sorted.map(([bucket]) => bucket), sorted.map(([, count]) => count)];
}

describe('aggregations printed for ClickHouse', () => {
  let clickhouse: TestClickHouse;

  beforeAll(async () => {
    clickhouse = await testClickHouse();
    await clickhouse.query(
      `CREATE TABLE ${clickhouse.database}.entries (nr UInt32, e_time Int64, e_pos Int64, n Nullable(Float64), s Nullable(String), w UInt8) ENGINE = Memory`,
    );
  });

  afterAll(() => clickhouse.drop());

  it('give what their twins give, and the same maps of sketches, for 50 sets of events at once', async () => {
    const maps = [
      ...precisions.flatMap((p) => [
        `${registersSql(hashOf.n, p, holdsOf('n'))} AS registers_n_${p}`,
        `${registersSql(hashOf.s, p, holdsOf('s'))} AS registers_s_${p}`,
      ]),
      ...accuracies.map(
        (accuracy, index) =>
          `${bucketsSql('assumeNotNull(n)', bucketsPerOctave(accuracy), holdsOf('n'))} AS buckets_${index}`,
      ),
    ];
    const values = cases.map(({ sql }, index) => `${sql} AS v_${index}`);
    await fc.assert(
      fc.asyncProperty(sets, async (drawn) => {
        await clickhouse.query(`TRUNCATE TABLE ${clickhouse.database}.entries`);
        const rows = drawn.flatMap((events, nr) => {
          let time = 1_000;
          return events.map(({ n, s, holds, step }, position) => {
            time += step;
            return { nr, e_time: time, e_pos: position, n, s, w: Number(holds) };
          });
        });
        // JSON has no -0.
        const written = rows.map((row) => ({ ...row, n: row.n === null ? null : Object.is(row.n, -0) ? '-0' : row.n }));
        await clickhouse.insert(`${clickhouse.database}.entries`, written);
        const found = await clickhouse.query(
          `SELECT nr, ${[...values, ...maps].join(', ')} FROM ${clickhouse.database}.entries GROUP BY nr`,
        );
        expect(found).toHaveLength(drawn.filter((events) => events.length > 0).length);
        for (const row of found) {
          const entriesOf = (column: 'n' | 's') =>
            rows.flatMap(({ nr, e_time, e_pos, w, ...columns }) => {
              const value = columns[column];
              if (nr !== row['nr'] || w === 0 || value === null) return [];
              return [{ value: value === 0 ? 0 : value, timeMs: e_time, position: e_pos, isOwn: false }];
            });
          const entries = { n: entriesOf('n'), s: entriesOf('s') };
          cases.forEach(({ column, expected, same, sql }, index) => {
            if (entries[column].length === 0) return;
            const given = row[`v_${index}`] as AggregateValue;
            const wanted = expected(entries[column]);
            if (!same(given, wanted)) expect({ sql, given, entries: entries[column] }).toEqual({ wanted });
          });
          const numbers = entries.n.map(({ value }) => Number(value));
          const texts = entries.s.map(({ value }) => String(value));
          for (const p of precisions) {
            expect(row[`registers_n_${p}`]).toEqual(registersOf(numbers, p));
            expect(row[`registers_s_${p}`]).toEqual(registersOf(texts, p));
          }
          accuracies.forEach((accuracy, index) => {
            expect(row[`buckets_${index}`]).toEqual(bucketsOf(numbers, accuracy));
          });
        }
      }),
      {
        numRuns: 2,
        endOnFailure: true,
        // The events themselves would fill pages: the seed draws them again.
        asyncReporter: ({ failed, seed, errorInstance }) =>
          failed ? Promise.reject(new Error(`fails with seed ${seed}`, { cause: errorInstance })) : Promise.resolve(),
      },
    );
  });
});
