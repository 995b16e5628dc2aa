import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testClickHouse, type TestClickHouse } from '../sql/clickhouse-for-tests.ts';
import { roundToDigits, roundToDigitsSql } from './round-to-digits.ts';

describe('SQL of decimals', () => {
  let clickhouse: TestClickHouse;

  beforeAll(async () => {
    clickhouse = await testClickHouse();
  });

  afterAll(() => clickhouse.drop());

  it('rounds as the engine does, to the last bit', async () => {
    const values = [
      0.125,
      -0.125,
      0.49999999999999994,
      1e15,
      1e15 + 0.5,
      999_999_999_999.995,
      4.35,
      1.005,
      ...fc.sample(fc.double({ noNaN: true, noDefaultInfinity: true }), 200),
      ...fc.sample(fc.maxSafeInteger(), 200).map((units) => units / 1e6),
    ];
    for (const digits of [0, 2, 15]) {
      const list = values.map((value) => `toFloat64(${value})`).join(', ');
      const found = await clickhouse.query<{ rounded: number | null }>(
        `SELECT ${roundToDigitsSql('value', digits)} AS rounded FROM (SELECT toNullable(arrayJoin([${list}])) AS value)`,
      );
      expect(found.map(({ rounded }) => (rounded ?? Number.NaN) + 0)).toEqual(
        values.map((value) => roundToDigits(value, digits) + 0),
      );
    }
    expect(
      await clickhouse.query(`SELECT ${roundToDigitsSql("CAST(NULL, 'Nullable(Float64)')", 2)} AS rounded`),
    ).toEqual([{ rounded: null }]);
  });
});
