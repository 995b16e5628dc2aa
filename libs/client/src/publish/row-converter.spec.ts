import { expect, test } from 'vitest';
import type { AvroSchemaJson } from '@millrace/schemas';
import type { FileRow } from '../files/file-row.ts';
import { ColumnInference } from '../files/infer-columns.ts';
import { EventTimeColumn } from './event-time.ts';
import { SeenColumns } from './field-names.ts';
import { RowConverter } from './row-converter.ts';
import { schemaOfColumns } from './row-schema.ts';

function converter(...types: [name: string, type: AvroSchemaJson, fallback?: unknown][]): RowConverter {
  const fields = types.map(([name, type, fallback]) => ({
    name,
    type,
    ...(fallback !== undefined && { default: fallback }),
  }));
  return new RowConverter({ type: 'record', name: 'R', fields }, new SeenColumns());
}

const millis = { type: 'long', logicalType: 'timestamp-millis' };
const micros = { type: 'long', logicalType: 'timestamp-micros' };

test('text becomes what the field is', () => {
  const row = {
    s: '01',
    i: '7',
    d: '1.5',
    b: 'true',
    at: '2022-05-30T00:00:18Z',
    us: new Date(5),
    y: 'hi',
    other: 'x',
  };
  const types = converter(
    ['s', 'string'],
    ['i', 'int'],
    ['d', 'double'],
    ['b', 'boolean'],
    ['at', millis],
    ['us', micros],
    ['y', 'bytes'],
  );
  expect(types.convert(row)).toEqual({
    s: '01',
    i: 7,
    d: 1.5,
    b: true,
    at: 1_653_868_818_000,
    us: 5_000,
    y: Buffer.from('hi'),
  });
});

test('typed values become text where the field is text', () => {
  const types = converter(['a', 'string'], ['b', ['null', 'string']], ['c', 'string'], ['d', 'string']);
  const row = { a: 5, b: new Date(0), c: { n: 2n ** 60n }, d: 12345678901234567890n };
  expect(types.convert(row)).toEqual({
    a: '5',
    b: '1970-01-01T00:00:00.000Z',
    c: '{"n":"1152921504606846976"}',
    d: '12345678901234567890',
  });
});

test('what is missing is null, the default or an error; NaN is missing', () => {
  const types = converter(['a', ['null', 'double'], null], ['b', 'long', 3]);
  expect(types.convert({ a: Number.NaN })).toEqual({ a: null, b: 3 });
  expect(() => converter(['must', 'long']).convert({ must: null })).toThrow(/column "must" needs a value/);
});

test.each([
  ['long', 'x'],
  ['long', '1.5'],
  ['long', 2n ** 60n],
  ['double', ''],
  ['boolean', 'maybe'],
  ['int', '2147483648'],
  ['string', new Uint8Array([0xff])],
] as const)('a %s is not made of %s', (type, value) => {
  expect(() => converter(['f', type]).convert({ f: value })).toThrow(new RegExp(`"f".*${type}`));
});

/** As a file is published: every row is seen before the first one is converted. */
function publishedRows(rows: readonly FileRow[]): Record<string, unknown>[] {
  const [inference, columns] = [new ColumnInference(), new SeenColumns()];
  for (const row of rows) {
    inference.add(row);
    columns.see(row);
  }
  const types = new RowConverter(schemaOfColumns('t', inference.columns()), columns);
  return rows.map((row) => types.convert(row));
}

test('columns under other names are found again, also when later rows have more of them', () => {
  expect(publishedRows([{ 'unit price': '2' }, { 'unit price': '3', 'e-mail': 'x@y' }])).toEqual([
    { unit_price: 2, e_mail: null },
    { unit_price: 3, e_mail: 'x@y' },
  ]);
});

test('a row with other columns than the one before, but as many, loses none of its values', () => {
  expect(
    publishedRows([
      { 'a b': 1, t: 1 },
      { 'c d': 2, t: 2 },
    ]),
  ).toEqual([
    { a_b: 1, t: 1, c_d: null },
    { a_b: null, t: 2, c_d: 2 },
  ]);
});

test('a name that a later row takes is not that of an earlier column in any row', () => {
  expect(publishedRows([{ 'a b': 1 }, { a_b: 2 }])).toEqual([
    { a_b_: 1, a_b: null },
    { a_b_: null, a_b: 2 },
  ]);
});

test('an error names the column as the file does', () => {
  const columns = new SeenColumns();
  columns.see({ 'unit price': 'x' });
  const fields = [{ name: 'unit_price', type: 'double' }];
  const types = new RowConverter({ type: 'record', name: 'R', fields }, columns);
  expect(() => types.convert({ 'unit price': 'x' })).toThrow(
    'column "unit price" (field "unit_price"): "x" is not a double',
  );
});

test('dates, clock times and decimals are written in the units of their fields', () => {
  const types = converter(
    ['day', { type: 'int', logicalType: 'date' }],
    ['dayOfTime', { type: 'int', logicalType: 'date' }],
    ['clock', { type: 'int', logicalType: 'time-millis' }],
    ['fine', { type: 'long', logicalType: 'time-micros' }],
    ['price', { type: 'bytes', logicalType: 'decimal', precision: 9, scale: 2 }],
    ['fixed', { type: 'fixed', name: 'F', size: 4, logicalType: 'decimal', precision: 9, scale: 2 }],
  );
  const row = {
    day: '1970-02-01',
    dayOfTime: new Date(86_400_000),
    clock: '00:01:02.5',
    fine: '00:00:01',
    price: '4.35',
    fixed: 4.35,
  };
  expect(types.convert(row)).toEqual({
    day: 31,
    dayOfTime: 1,
    clock: 62_500,
    fine: 1_000_000,
    price: Buffer.from('01b3', 'hex'),
    fixed: Buffer.from('000001b3', 'hex'),
  });
});

test.each([
  [{ type: 'int', logicalType: 'date' }, '1970-02-01T12:00:00Z'],
  [{ type: 'int', logicalType: 'date' }, '1970-02-30'],
  [{ type: 'long', logicalType: 'timestamp-nanos' }, '2024-01-01'],
  [{ type: 'int', logicalType: 'time-millis' }, '25:00:00'],
  [{ type: 'bytes', logicalType: 'decimal', precision: 9, scale: 2 }, '4.355'],
  [{ type: 'fixed', name: 'F', size: 2 }, 'abc'],
])('a field of %j is not made of %s', (type, value) => {
  expect(() => converter(['f', type]).convert({ f: value })).toThrow(/column "f"/);
});

test.each([
  ['s', '1653868818', millis, 1_653_868_818_000],
  ['s', 1_653_868_818, micros, 1_653_868_818_000_000],
  ['us', 1_653_868_818_123_456n, micros, 1_653_868_818_123_456],
  ['us', '1653868818123456', millis, 1_653_868_818_123],
  ['s', 1_653_868_818, 'long', 1_653_868_818],
] as const)('an event time in %s, %s, is written in the unit of the field', (unit, value, type, expected) => {
  const schema = { type: 'record', name: 'R', fields: [{ name: 't', type }] };
  const types = new RowConverter(schema, new SeenColumns(), new EventTimeColumn('t', unit));
  expect(types.convert({ t: value })).toEqual({ t: expected });
});
