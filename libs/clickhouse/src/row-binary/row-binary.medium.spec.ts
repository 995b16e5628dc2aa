import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isolatedClickHouse } from '../clickhouse-under-test.ts';
import { createTableStatement } from '../ddl/create-table.ts';
import { table } from '../table.ts';
import { ByteWriter } from './byte-writer.ts';

const { clickhouse, create, drop } = isolatedClickHouse();

const text = fc.string({ unit: 'grapheme', maxLength: 60 });
const uint32 = fc.nat({ max: 2 ** 32 - 1 });
const safe = fc.maxSafeInteger();
/** JSON has no -0, NaN and infinities; they have a test of their own. */
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value));
/** 1900 to 2299: what DateTime64 can show. */
const time = fc.integer({ min: Date.UTC(1900, 0, 1), max: Date.UTC(2299, 0, 1) });

const COLUMNS = {
  plain: ['String', text],
  word: ['LowCardinality(String)', text],
  perhaps: ['Nullable(String)', fc.option(text)],
  word_perhaps: ['LowCardinality(Nullable(String))', fc.option(text)],
  tiny: ['UInt8', fc.nat({ max: 255 })],
  small: ['UInt16', fc.nat({ max: 65_535 })],
  middle: ['UInt32', uint32],
  wide: ['UInt64', safe.map(Math.abs)],
  signed: ['Int32', fc.integer()],
  signed_wide: ['Int64', safe],
  measure: ['Float64', number],
  measure_perhaps: ['Nullable(Float64)', fc.option(number)],
  flag: ['Bool', fc.boolean()],
  at: ["DateTime64(3, 'UTC')", time],
  numbers: ['Array(Float64)', fc.array(number, { maxLength: 5 })],
  strings: ['Array(Nullable(String))', fc.array(fc.option(text), { maxLength: 5 })],
  entities: ['Map(LowCardinality(String), String)', fc.dictionary(text, text, { maxKeys: 4, noNullPrototype: true })],
  cuts: [
    'Array(Tuple(partition UInt32, offset Int64, own_offset Int64))',
    fc.array(fc.record({ partition: uint32, offset: safe, own_offset: safe }), { maxLength: 3 }),
  ],
  id: ['UUID', fc.uuid()],
} as const satisfies Record<string, readonly [string, fc.Arbitrary<unknown>]>;

type Row = Record<keyof typeof COLUMNS, unknown>;

const names = Object.keys(COLUMNS) as (keyof typeof COLUMNS)[];
const rowArbitrary = fc.record(
  Object.fromEntries(names.map((name) => [name, COLUMNS[name][1]])) as Record<keyof Row, fc.Arbitrary<unknown>>,
) as fc.Arbitrary<Row>;

const columns = Object.fromEntries(
  names.map((name) => [name, { type: COLUMNS[name][0], of: (row: Row) => row[name] }]),
);
const binary = table<Row & { n: number }>('written_binary', {
  n: { type: 'UInt32', of: (row) => row.n },
  ...columns,
});

beforeAll(async () => {
  await create();
  for (const name of ['written_binary', 'written_json']) {
    await clickhouse.command(
      createTableStatement(clickhouse, {
        name,
        comment: 'Rows of a test',
        columns: [
          { name: 'n', type: 'UInt32', comment: 'n' },
          ...names.map((column) => ({ name: column, type: COLUMNS[column][0], comment: "it's a column" })),
        ],
        orderBy: ['n'],
      }),
    );
  }
});

afterAll(drop);

it('stores the same as JSONEachRow, for any values of any types', async () => {
  let n = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(rowArbitrary, { minLength: 1, maxLength: 20 }), async (values) => {
      const from = n;
      const rows = values.map((value) => ({ n: n++, ...value }));
      const writer = new ByteWriter(16);
      for (const row of rows) binary.encoder.encode(writer, row);
      await clickhouse.insertBytes(binary, writer.bytes(), `binary-${from}`);
      const asJson = rows.map((row) => ({ ...row, at: new Date(row.at as number).toISOString() }));
      await clickhouse.insert('written_json', asJson, `json-${from}`);
      const read = (name: string) =>
        clickhouse.query(`SELECT * FROM ${clickhouse.qualified(name)} WHERE n >= {from:UInt32} ORDER BY n`, { from });
      const [stored, wanted] = await Promise.all([read(binary.name), read('written_json')]);
      expect(stored).toHaveLength(rows.length);
      expect(stored).toEqual(wanted);
    }),
    { numRuns: 25 },
  );
});

it('keeps a 64-bit integer that a JSON number cannot hold, and NaN and infinities', async () => {
  const exact = table<{ wide: bigint; measure: number }>('written_exact', {
    wide: { type: 'UInt64', of: (row) => row.wide },
    measure: { type: 'Float64', of: (row) => row.measure },
  });
  await clickhouse.command(
    createTableStatement(clickhouse, {
      name: exact.name,
      comment: 'Rows of a test',
      columns: Object.entries(exact.columns).map(([name, { type }]) => ({ name, type, comment: name })),
      orderBy: ['wide'],
    }),
  );
  const writer = new ByteWriter();
  const measures = [Number.NaN, Number.POSITIVE_INFINITY, -0];
  measures.forEach((measure, i) => exact.encoder.encode(writer, { wide: 2n ** 64n - 1n - BigInt(i), measure }));
  await clickhouse.insertBytes(exact, writer.bytes(), 'exact');
  const rows = await clickhouse.query<{ wide: string; measure: string }>(
    `SELECT toString(wide) AS wide, toString(measure) AS measure FROM ${clickhouse.qualified(exact.name)} ORDER BY wide DESC`,
  );
  expect(rows).toEqual([
    { wide: '18446744073709551615', measure: 'nan' },
    { wide: '18446744073709551614', measure: 'inf' },
    { wide: '18446744073709551613', measure: '-0' },
  ]);
});
