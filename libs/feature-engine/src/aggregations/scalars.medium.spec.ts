import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ListEntry } from '../reference/list-window.ts';
import {
  expectAgreed,
  hostileWindows,
  naiveEntries,
  parametersOf,
  scalarSubjects,
  type ScalarSubject,
} from '../reference/scalar-subjects.ts';
import { testClickHouse, type TestClickHouse } from '../sql/clickhouse-for-tests.ts';
import { halfLivesAt, halfLivesSql } from './half-lives.ts';

interface Asked {
  readonly entries: readonly ListEntry[];
  readonly timeMs: number;
  readonly own: ListEntry | null;
}

/** Every subject with every document of its own members. */
const asked: { readonly subject: ScalarSubject; readonly parameters: object }[] = Object.values(scalarSubjects).flatMap(
  (subject) => subject.documents.map((document) => ({ subject, parameters: parametersOf(subject, document) })),
);

describe('SQL of scalars', () => {
  let clickhouse: TestClickHouse;

  beforeAll(async () => {
    clickhouse = await testClickHouse();
  });

  afterAll(() => clickhouse.drop());

  it('gives what the definition says of values that naive arithmetic loses, all in one query', async () => {
    const rows = fc
      .tuple(hostileWindows, fc.boolean(), fc.constantFrom(0, 1, 86_400_000))
      .map(([entries, hasOwn, laterMs]): Asked => {
        const last = entries.at(-1) as ListEntry;
        return { entries, timeMs: last.timeMs + (hasOwn ? 0 : laterMs), own: hasOwn ? last : null };
      });
    const table = `${clickhouse.database}.joined`;
    await fc.assert(
      fc.asyncProperty(fc.array(rows, { minLength: 120, maxLength: 120 }), async (windows) => {
        await clickhouse.query(
          `CREATE OR REPLACE TABLE ${table} (row UInt32, t Int64, e_time Int64, e_pos Int64, e_input Nullable(Float64), w UInt8, w_own UInt8) ENGINE = Memory`,
        );
        await clickhouse.insert(
          table,
          windows.flatMap(({ entries, timeMs, own }, row) => [
            ...entries.map((entry) => ({
              row,
              t: timeMs,
              e_time: entry.timeMs,
              e_pos: entry.position,
              e_input: entry.value,
              w: 1,
              w_own: entry === own ? 1 : 0,
            })),
            // Joined to the row, but in no window of this feature.
            { row, t: timeMs, e_time: timeMs, e_pos: 0, e_input: 1e300, w: 0, w_own: 0 },
          ]),
        );
        const holds = 'w = 1 AND isNotNull(e_input)';
        const window = {
          value: 'e_input',
          valueType: 'number' as const,
          holds,
          count: `countIf(${holds})`,
          time: 'e_time',
          position: 'e_pos',
          at: 't',
          isOwn: '(w_own = 1)',
        };
        const columns = asked.map(
          ({ subject, parameters }, index) =>
            `CAST(${subject.kind.sql(window, parameters, 'double')}, 'Nullable(Float64)') AS f_${index}`,
        );
        const found = await clickhouse.query<Record<string, number | null>>(
          `SELECT row, ${columns.join(', ')} FROM ${table} GROUP BY row ORDER BY row`,
        );
        for (const [row, { entries, timeMs, own }] of windows.entries()) {
          const known = naiveEntries(entries, (entry) => entry === own);
          if (known.length === 0) continue;
          for (const [index, { subject, parameters }] of asked.entries()) {
            const value = found[row]?.[`f_${index}`] ?? null;
            expectAgreed(subject, known, value, subject.naive.value(known, parameters, { timeMs }));
          }
        }
      }),
      { numRuns: 1, endOnFailure: true },
    );
  });

  it('weighs a half-life in the same bits as the engine, also before 1970', async () => {
    const halfLifeMs = 86_400_000;
    const times = fc.sample(fc.integer({ min: -1e12, max: 2e12 }), 500);
    const { whole, weight } = halfLivesSql('t', halfLifeMs);
    const found = await clickhouse.query<{ whole: number; weight: number }>(
      `SELECT ${whole} AS whole, ${weight} AS weight FROM (SELECT arrayJoin([${times.map((time) => `toInt64(${time})`).join(', ')}]) AS t)`,
    );
    expect(found).toEqual(times.map((time) => halfLivesAt(time, halfLifeMs)));
  });
});
