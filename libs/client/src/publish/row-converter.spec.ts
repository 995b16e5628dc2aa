import { expect, test } from 'vitest';
import type { AvroSchemaJson } from '@millrace/schemas';
import { ColumnInference } from '../files/infer-columns.ts';
import { RowConverter } from './row-converter.ts';
import { schemaOfColumns } from './row-schema.ts';

function converter(...types: [name: string, type: AvroSchemaJson, fallback?: unknown][]): RowConverter {
  const fields = types.map(([name, type, fallback]) => ({
    name,
    type,
    ...(fallback !== undefined && { default: fallback }),
  }));
  return new RowConverter({ type: 'record', name: 'R', fields });
}

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
  const time = { type: 'long', logicalType: 'timestamp-millis' };
  const micros = { type: 'long', logicalType: 'timestamp-micros' };
  const types = converter(
    ['s', 'string'],
    ['i', 'int'],
    ['d', 'double'],
    ['b', 'boolean'],
    ['at', time],
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
  expect(() => converter(['must', 'long']).convert({ must: null })).toThrow(/field "must" needs a value/);
});

test.each([
  ['long', 'x'],
  ['long', '1.5'],
  ['long', 2n ** 60n],
  ['double', ''],
  ['boolean', 'maybe'],
] as const)('a %s is not made of %s', (type, value) => {
  expect(() => converter(['f', type]).convert({ f: value })).toThrow(new RegExp(`"f".*${type}`));
});

test('columns under other names are found again, also when later rows have more of them', () => {
  const rows = [{ 'unit price': '2' }, { 'unit price': '3', 'e-mail': 'x@y' }];
  const inference = new ColumnInference();
  for (const row of rows) inference.add(row);
  const types = new RowConverter(schemaOfColumns('t', inference.columns()));
  expect(rows.map((row) => types.convert(row))).toEqual([
    { unit_price: 2, e_mail: null },
    { unit_price: 3, e_mail: 'x@y' },
  ]);
});
