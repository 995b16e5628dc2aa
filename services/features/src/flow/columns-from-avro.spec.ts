import type { AvroSchemaJson } from '@millrace/schemas';
import { expect, test } from 'vitest';
import { columnsFromAvro } from './columns-from-avro.ts';

function record(fields: readonly { name: string; type: AvroSchemaJson }[], namespace?: string): AvroSchemaJson {
  return { type: 'record', name: 'Payment', fields, ...(namespace === undefined ? {} : { namespace }) };
}

test('takes numbers of every kind, times, texts and booleans, with and without null', () => {
  const schema = record([
    { name: 'i', type: 'int' },
    { name: 'f', type: ['null', 'float'] },
    { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' } },
    { name: 'price', type: ['null', { type: 'bytes', logicalType: 'decimal', precision: 9, scale: 2 }] },
    { name: 'fixed', type: { type: 'fixed', name: 'Cents', size: 8, logicalType: 'decimal', precision: 9 } },
    { name: 'either', type: ['null', 'long', 'double'] },
    { name: 'wrapped', type: { type: 'string' } },
  ]);
  expect(columnsFromAvro(schema)).toEqual({
    columns: {
      i: 'int',
      f: 'double',
      at: 'timestamp',
      price: 'double',
      fixed: 'double',
      either: 'double',
      wrapped: 'string',
    },
    leftOut: [],
  });
});

test('knows a named type where it is mentioned again, by its short and its full name', () => {
  const kind: AvroSchemaJson = { type: 'enum', name: 'Kind', symbols: ['A', 'B'] };
  const schema = record(
    [
      { name: 'first', type: kind },
      { name: 'second', type: ['null', 'Kind'] },
      { name: 'third', type: 'shop.Kind' },
    ],
    'shop',
  );
  expect(columnsFromAvro(schema)?.columns).toEqual({ first: 'string', second: 'string', third: 'string' });
});

test('names the fields of nested records with dots, also of a record that is used twice', () => {
  const address: AvroSchemaJson = {
    type: 'record',
    name: 'Address',
    fields: [
      { name: 'city', type: 'string' },
      { name: 'geo', type: { type: 'record', name: 'Geo', fields: [{ name: 'lat', type: 'double' }] } },
    ],
  };
  const schema = record([
    { name: 'home', type: address },
    { name: 'work', type: ['null', 'Address'] },
  ]);
  expect(columnsFromAvro(schema)?.columns).toEqual({
    'home.city': 'string',
    'home.geo.lat': 'double',
    'work.city': 'string',
    'work.geo.lat': 'double',
  });
});

test('says which fields are left out, and why', () => {
  const schema = record([
    { name: '_id', type: 'string' },
    { name: 'raw', type: 'bytes' },
    { name: 'tags', type: { type: 'array', items: 'string' } },
    { name: 'mixed', type: ['string', 'long'] },
    { name: 'parent', type: ['null', 'Payment'] },
    { name: 'amount', type: 'double' },
  ]);
  const { columns, leftOut } = columnsFromAvro(schema) ?? { columns: {}, leftOut: [] };
  expect(columns).toEqual({ amount: 'double' });
  expect(leftOut.map(({ field }) => field)).toEqual(['_id', 'raw', 'tags', 'mixed', 'parent']);
  expect(leftOut[3]?.reason).toContain('a union of string, long');
});

test('a schema that is no record has no columns', () => {
  expect(columnsFromAvro('string')).toBeNull();
  expect(columnsFromAvro({ type: 'array', items: 'string' })).toBeNull();
});
