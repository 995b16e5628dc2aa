import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isText } from '../plans/feature-type.ts';
import { asViewValues, naiveValues, type NaiveAt } from '../reference/naive-view.ts';
import { randomDefinitions, randomEvents, startMs } from '../reference/random-definitions.ts';
import { simulate, type LoggedEvent, type ServedVector, type SimulatedRun } from '../reference/simulated-log.ts';
import { createTables, deadLetterGroup, fillTables, generation } from '../reference/simulated-tables.ts';
import { testClickHouse, type TestClickHouse } from './clickhouse-for-tests.ts';
import { compareVectors } from './compare-vectors.ts';
import { recomputeVectorsSql } from './recompute-vectors.ts';
import type { LogTables } from './sql-tables.ts';
import { trainingSetSql } from './training-set.ts';
import { windowEventsSql } from './window-events.ts';

interface Row {
  readonly row: number;
  readonly source_partition: number;
  readonly source_offset: number;
  readonly numbers: readonly (number | 'nan')[];
  readonly strings: (string | null)[];
}

const values = ({ numbers, strings }: Row) => ({ numbers: numbers.map(Number), strings });

describe('generated SQL', () => {
  let clickhouse: TestClickHouse;
  let tables: LogTables;

  beforeAll(async () => {
    clickhouse = await testClickHouse();
    tables = {
      database: clickhouse.database,
      generations: { events: generation },
      deadLetters: { events: deadLetterGroup },
      ledgerLatenessMs: { events: 0 },
    };
    await createTables(clickhouse);
  });

  afterAll(() => clickhouse.drop());

  const dice = fc.array(fc.nat(9), { minLength: 200, maxLength: 200 });

  async function run(
    definitions: Parameters<typeof simulate>[0],
    events: Parameters<typeof simulate>[1],
    rolls: number[],
  ) {
    let at = 0;
    const simulated = simulate(definitions, events, () => rolls[at++ % rolls.length] ?? 0);
    tables = { ...tables, ledgerLatenessMs: { events: simulated.ledgerLatenessMs } };
    await fillTables(clickhouse, simulated);
    return simulated;
  }

  const inLogOrder = (vectors: readonly ServedVector[]) =>
    vectors.toSorted((x, y) => x.sourcePartition - y.sourcePartition || x.sourceOffset - y.sourceOffset);

  it('gives every vector at its cuts exactly as it was served, and in hindsight what the whole logs say', async () => {
    await fc.assert(
      fc.asyncProperty(randomDefinitions, randomEvents, dice, async (definitions, events, rolls) => {
        const simulated = await run(definitions, events, rolls);
        const { service } = simulated;
        const vectors = inLogOrder(simulated.vectors);
        const known = await clickhouse.query<Row>(
          recomputeVectorsSql(service, { tables, knowledge: 'as-known', where: 'true' }),
        );
        expect(known.map((row) => [row.source_partition, row.source_offset])).toEqual(
          vectors.map((vector) => [vector.sourcePartition, vector.sourceOffset]),
        );
        for (const [index, vector] of vectors.entries()) {
          expect(compareVectors(service, vector, values(known[index] as Row))).toEqual([]);
        }
        for (const vector of vectors.slice(-2)) await expectCounted(service, vector);
        const hindsight = await clickhouse.query<Row>(
          recomputeVectorsSql(service, { tables, knowledge: 'hindsight', where: 'true' }),
        );
        for (const [index, vector] of vectors.entries()) {
          const asKnownNow = { ...simulated, logs: simulated.hindsightLogs };
          const expected = expectedValues(asKnownNow, vector.entities, vector.event.time, (view, log) => ({
            cut: Number.POSITIVE_INFINITY,
            own: log.find((logged) => logged.source === vector.event) ?? null,
            allowedLatenessMs: Number.POSITIVE_INFINITY,
          }));
          expectViews(simulated, values(hindsight[index] as Row), expected);
        }
      }),
      { numRuns: 20 },
    );
  }, 240_000);

  /** The events listed of a count are those that it counted. */
  async function expectCounted(service: SimulatedRun['service'], vector: ServedVector): Promise<void> {
    const where = `source_partition = ${vector.sourcePartition} AND source_offset = ${vector.sourceOffset}`;
    for (const [view, { plan }] of service.views.entries()) {
      const sql = windowEventsSql(service, { tables, where, view, newest: 2 });
      const [row = {}] = await clickhouse.query<Record<string, number | unknown[]>>(sql);
      for (const [index, { aggregation, empty, name }] of plan.windowed.entries()) {
        const served = vector.numbers[service.features.find((feature) => feature.name === name)?.slot ?? -1];
        const count = Number(row[`count_${index}`]);
        expect(row[`events_${index}`]).toHaveLength(Math.min(2, count));
        // Not a number: empty, or asked at a time that came too late.
        if (aggregation !== 'count' || served === undefined || Number.isNaN(served)) continue;
        expect(count === 0 ? empty : count).toBe(served);
      }
    }
  }

  it('gives a training set what was known at each time, one row for each in order, with and without own events', async () => {
    await fc.assert(
      fc.asyncProperty(randomDefinitions, randomEvents, dice, async (definitions, events, rolls) => {
        const simulated = await run(definitions, events, rolls);
        const { service, logs } = simulated;
        const asked = rolls.slice(0, 30).map((roll, index) => {
          // A log of deletions alone has no event that could ask.
          const own = roll < 5 ? (logs[0]?.[(roll * 7 + index) % logs[0].length] ?? null) : null;
          const time = own?.timeMs ?? startMs + index * 2 - 10;
          const entities =
            own === null
              ? { card: roll === 9 ? 'nobody' : 'c1', shop: '7' }
              : { card: own.entity, shop: `${own.source.shop}` };
          return { row: index * 10, time, entities, own };
        });
        await clickhouse.query(
          `CREATE OR REPLACE TABLE ${clickhouse.database}.spine (row UInt64, time DateTime64(3, 'UTC'), entities Map(String, String), own_partition Nullable(UInt32), own_offset Nullable(UInt64), given_a Nullable(Float64), given_s Nullable(String), given_f Nullable(Bool)) ENGINE = Memory`,
        );
        await clickhouse.insert(
          `${clickhouse.database}.spine`,
          asked.toReversed().map(({ row, time, entities, own }) => ({
            row,
            time: new Date(time).toISOString(),
            entities,
            own_partition: own?.sourcePartition ?? null,
            own_offset: own?.sourceOffset ?? null,
            ...(own === null ? { given_a: 4.5, given_s: 'given', given_f: true } : {}),
          })),
        );
        const training = {
          tables,
          spine: `${clickhouse.database}.spine`,
          columns: ['a', 's', 'f'],
          shape: 'arrays',
        } as const;
        for (const own of ['given', 'none'] as const) {
          for (const knowledge of ['as-known', 'hindsight'] as const) {
            const rows = await clickhouse.query<Row>(trainingSetSql(service, { ...training, own, knowledge }));
            expect(rows.map(({ row }) => row)).toEqual(asked.map(({ row }) => row));
            for (const [index, question] of asked.entries()) {
              const ownEvent = own === 'given' ? question.own : null;
              const known = knowledge === 'hindsight' ? { ...simulated, logs: simulated.hindsightLogs } : simulated;
              const expected = expectedValues(known, question.entities, question.time, (view, log) => {
                const ownLogged = log.find((logged) => logged.source === ownEvent?.source) ?? null;
                if (knowledge === 'hindsight') {
                  return { cut: Number.POSITIVE_INFINITY, own: ownLogged, allowedLatenessMs: Number.POSITIVE_INFINITY };
                }
                return { cut: ownLogged?.position ?? cutAt(logs[view] ?? [], log, question.time), own: ownLogged };
              });
              const row = values(rows[index] as Row);
              expectViews(simulated, row, expected);
              const { a, s } =
                ownEvent?.source ?? (question.own === null ? { a: 4.5, s: 'given' } : { a: null, s: null });
              expect(row.numbers[slotOf(simulated, 'a')]).toEqual(a ?? Number.NaN);
              expect(row.strings[slotOf(simulated, 'text')]).toEqual(s ?? 'none');
            }
          }
        }
      }),
      { numRuns: 10 },
    );
  }, 240_000);
});

/** The last position of an entity's log before the first event in the whole partition that is newer than `timeMs`. */
function cutAt(whole: readonly LoggedEvent[], log: readonly LoggedEvent[], timeMs: number): number {
  const partition = log[0]?.partition;
  const newer = whole.find((logged) => logged.partition === partition && logged.timeMs > timeMs);
  return newer === undefined ? Number.POSITIVE_INFINITY : newer.position - 1;
}

function expectedValues(
  { service, logs }: SimulatedRun,
  entities: Readonly<Record<string, string>>,
  timeMs: number,
  at: (view: number, log: readonly LoggedEvent[]) => Omit<NaiveAt, 'timeMs'>,
) {
  return service.views.map(({ plan }, view) => {
    const log = (logs[view] ?? []).filter((logged) => logged.entity === entities[plan.entity.name]);
    return asViewValues(plan, naiveValues(plan, log, { timeMs, ...at(view, log) }));
  });
}

function expectViews(
  { service }: SimulatedRun,
  row: { numbers: number[]; strings: (string | null)[] },
  expected: { numbers: number[]; strings: (string | null)[] }[],
): void {
  const viewsOnly = { features: service.features.filter(({ origin }) => origin.from === 'view') };
  const vector = { numbers: [...row.numbers], strings: [...row.strings] };
  for (const { origin, type, slot } of viewsOnly.features) {
    if (origin.from !== 'view') continue;
    if (isText(type)) vector.strings[slot] = expected[origin.view]?.strings[origin.slot] ?? null;
    else vector.numbers[slot] = expected[origin.view]?.numbers[origin.slot] ?? Number.NaN;
  }
  expect(compareVectors(viewsOnly, vector, row)).toEqual([]);
}

function slotOf({ service }: SimulatedRun, name: string): number {
  return service.features.find((feature) => feature.name === name)?.slot ?? -1;
}
