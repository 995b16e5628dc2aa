import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ColumnType } from '../definitions/definition.ts';
import { Faults } from '../definitions/faults.ts';
import { sourceColumnType, sourceReference } from '../sql/source-columns.ts';
import { testClickHouse, type TestClickHouse } from '../sql/clickhouse-for-tests.ts';
import { checkExpression } from './check-expression.ts';
import type { ExpressionType } from './expression.ts';
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

  it.each(vectors.cases.map((vector, index) => ({ ...vector, index })))(
    '$name',
    async ({ expression, value, index }) => {
      const faults = new Faults();
      const parsed = parseExpression(expression, '', faults);
      const type = checkExpression(parsed, { columns: vectors.columns, columnsOf: '', features: null }, '', faults);
      const sql = printExpression(parsed, type as ExpressionType, sourceReference(vectors.columns, ''));
      const [row] = await clickhouse.query<{ value: unknown }>(
        `SELECT ${sql} AS value FROM ${clickhouse.database}.cases WHERE case = ${index}`,
      );
      if (typeof value === 'number') expect(row?.value).toBeCloseTo(value, 12);
      else if (typeof value === 'boolean') expect(row?.value).toBe(Number(value));
      else expect(row?.value).toBe(value);
    },
  );
});
