import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ColumnType } from '../definitions/definition.ts';
import { Faults } from '../definitions/faults.ts';
import { sourceColumnType, sourceReference } from '../sql/source-columns.ts';
import { testClickHouse, type TestClickHouse } from '../sql/clickhouse-for-tests.ts';
import { randomExpression, randomRow } from '../reference/random-expressions.ts';
import { agree } from '../sql/compare-vectors.ts';
import { compileExpression, type SlotOf } from './compile-expression.ts';
import { checkExpression } from './check-expression.ts';
import type { ExpressionType } from './expression.ts';
import { knownZones } from './known-zones.ts';
import { parseExpression } from './parse-expression.ts';
import { printExpression, sqlName } from './print-expression.ts';

interface Vectors {
  readonly columns: Readonly<Record<string, ColumnType>>;
  readonly eventTimeMs: number;
  readonly cases: readonly { name: string; expression: unknown; row: Record<string, unknown>; value: unknown }[];
}

const vectors = JSON.parse(readFileSync(new URL('expression-vectors.json', import.meta.url), 'utf8')) as Vectors;

describe('expressions printed for ClickHouse', () => {
  let clickhouse: TestClickHouse;

  beforeAll(async () => {
    clickhouse = await testClickHouse();
    const columns = Object.entries(vectors.columns).map(([name, type]) => `${sqlName(name)} ${sourceColumnType(type)}`);
    await clickhouse.query(
      `CREATE TABLE ${clickhouse.database}.cases (case UInt32, _event_time DateTime64(3, 'UTC'), ${columns.join(', ')}) ENGINE = Memory`,
    );
    await clickhouse.query(`CREATE TABLE ${clickhouse.database}.random AS ${clickhouse.database}.cases`);
    await clickhouse.insert(
      `${clickhouse.database}.cases`,
      vectors.cases.map(({ row }, index) => ({
        ...row,
        case: index,
        _event_time: new Date(vectors.eventTimeMs).toISOString(),
      })),
    );
  });

  afterAll(() => clickhouse.drop());

  it('name no zone that the server does not know', async () => {
    const rows = await clickhouse.query<{ time_zone: string }>('SELECT time_zone FROM system.time_zones');
    const known = new Set(rows.map(({ time_zone }) => time_zone));
    expect([...knownZones].filter((zone) => !known.has(zone))).toEqual([]);
  });

  it.each(vectors.cases.map((vector, index) => ({ ...vector, index })))(
    '$name',
    async ({ expression, value, index }) => {
      const faults = new Faults();
      const parsed = parseExpression(expression, '', faults);
      const type = checkExpression(parsed, { columns: vectors.columns, columnsOf: '', features: null }, '', faults);
      const sql = printExpression(parsed, type as ExpressionType, sourceReference(vectors.columns, sqlName));
      const [row] = await clickhouse.query<{ value: unknown }>(
        `SELECT ${sql} AS value FROM ${clickhouse.database}.cases WHERE case = ${index}`,
      );
      if (typeof value === 'number') expect(row?.value).toBeCloseTo(value, 12);
      else if (typeof value === 'boolean') expect(row?.value).toBe(Number(value));
      else expect(row?.value).toBe(value);
    },
  );

  it('give what the closures give, for random expressions and rows', async () => {
    const names = Object.keys(vectors.columns);
    const slotOf: SlotOf = (reference) => (reference.op === 'column' ? names.indexOf(reference.name) : names.length);
    await fc.assert(
      fc.asyncProperty(
        fc.array(randomExpression, { minLength: 10, maxLength: 10 }),
        fc.array(randomRow, { minLength: 8, maxLength: 8 }),
        async (expressions, rows) => {
          await clickhouse.query(`TRUNCATE TABLE ${clickhouse.database}.random`);
          const eventTimes = rows.map((_, index) => 1_774_745_000_000 + index * 86_400_000 * 40);
          await clickhouse.insert(
            `${clickhouse.database}.random`,
            rows.map((row, index) => ({
              ...row,
              case: index,
              _event_time: new Date(eventTimes[index] ?? 0).toISOString(),
            })),
          );
          const reference = sourceReference(vectors.columns, sqlName);
          const columns = expressions.map(
            ({ type, expression }, index) => `${printExpression(expression, type, reference)} AS e${index}`,
          );
          const printed = await clickhouse.query<Record<string, number | null>>(
            `SELECT ${columns.join(', ')} FROM ${clickhouse.database}.random ORDER BY case`,
          );
          const compiled = expressions.map(({ expression }) => compileExpression(expression, slotOf));
          for (const [index, row] of rows.entries()) {
            const slots = [...names.map((name) => row[name as keyof typeof row]), eventTimes[index] ?? 0];
            for (const [number, evaluate] of compiled.entries()) {
              const value = evaluate(slots);
              const expected = typeof value === 'boolean' ? Number(value) : value;
              const given = printed[index]?.[`e${number}`] ?? null;
              const rounded = expressions[number]?.expression.op === 'log';
              const same =
                rounded && typeof expected === 'number' && typeof given === 'number'
                  ? agree(expected, given)
                  : expected === given;
              if (!same)
                expect({ expression: expressions[number], row, value: given }).toEqual({
                  expression: expressions[number],
                  row,
                  value: expected,
                });
            }
          }
        },
      ),
      { numRuns: 30 },
    );
  }, 240_000);
});
