import { expect, test } from 'vitest';
import { ColumnInference, type InferredColumn } from '../files/infer-columns.ts';
import { fieldNames } from './field-names.ts';
import { extendSchema, schemaOfColumns, widestSchema } from './row-schema.ts';

function columnsOf(...rows: Record<string, unknown>[]): InferredColumn[] {
  const inference = new ColumnInference();
  for (const row of rows) inference.add(row);
  return inference.columns();
}

test('every column with a value becomes a nullable field, times with their logical type', () => {
  const schema = schemaOfColumns(
    'shop.orders',
    columnsOf({ id: '7', at: new Date(0), 'unit price': '1.5', none: null }),
  );
  expect(schema).toEqual({
    type: 'record',
    name: 'shop_orders',
    fields: [
      { name: 'id', type: ['null', 'long'], default: null },
      { name: 'at', type: ['null', { type: 'long', logicalType: 'timestamp-millis' }], default: null },
      { name: 'unit_price', type: ['null', 'double'], default: null },
    ],
  });
});

test('names that Avro does not allow get others that no column has', () => {
  expect([...fieldNames(['a b', 'a_b', '1st', 'a-b'])]).toEqual([
    ['a b', 'a_b_'],
    ['a_b', 'a_b'],
    ['1st', '_1st'],
    ['a-b', 'a_b__'],
  ]);
});

const registered = {
  type: 'record',
  name: 'Order',
  fields: [
    { name: 'id', type: 'string' },
    { name: 'amount', type: ['null', 'double'], default: null },
    { name: 'count', type: ['null', 'int'], default: null },
    { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' }, default: 0 },
  ],
} as const;

test('a file that fits the registered schema is published with it as it is', () => {
  const columns = columnsOf(
    { id: '7', amount: '3', count: '12', at: '2022-05-30T00:00:18Z' },
    { id: '8', amount: null },
  );
  expect(extendSchema(registered, columns)).toEqual({ schema: registered, widened: [] });
  expect(extendSchema(registered, columns).schema).toBe(registered);
});

test('new columns are added, nullable, behind the registered ones', () => {
  const { schema } = extendSchema(registered, columnsOf({ id: 'a', shop: 'x' }));
  expect(schema).toMatchObject({
    name: 'Order',
    fields: [...registered.fields, { name: 'shop', type: ['null', 'string'] }],
  });
});

test('a column without a value gets its field with the first file that has one', () => {
  const first = schemaOfColumns('t', columnsOf({ id: '7', discount: null }));
  const second = extendSchema(first, columnsOf({ id: '8', discount: '0.5' }));
  expect(second.schema).toMatchObject({
    fields: [{ name: 'id' }, { name: 'discount', type: ['null', 'double'] }],
  });
});

const whole = {
  type: 'record',
  name: 'Order',
  fields: [
    { name: 'amount', type: ['null', 'long'], default: null },
    { name: 'count', type: 'long' },
    { name: 'at', type: ['null', { type: 'long', logicalType: 'timestamp-millis' }], default: null },
  ],
};

test('whole numbers are widened where a later file has fractions, and nothing else is', () => {
  const { schema, widened } = extendSchema(whole, columnsOf({ amount: '12.5', count: '1', at: '5' }));
  expect(widened).toEqual(['amount']);
  expect(schema).toEqual({
    ...whole,
    fields: [{ name: 'amount', type: ['null', 'double'], default: null }, ...whole.fields.slice(1)],
  });
});

test('rows may hold fractions where the field could be widened', () => {
  expect(widestSchema(whole)).toMatchObject({
    fields: [{ type: ['null', 'double'] }, { type: 'long' }, { type: ['null', { logicalType: 'timestamp-millis' }] }],
  });
});
