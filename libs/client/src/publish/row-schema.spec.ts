import { expect, test } from 'vitest';
import { ColumnInference, type InferredColumn } from '../files/infer-columns.ts';
import { fieldNames } from './field-names.ts';
import { extendSchema, schemaOfColumns } from './row-schema.ts';

function columnsOf(...rows: Record<string, unknown>[]): InferredColumn[] {
  const inference = new ColumnInference();
  for (const row of rows) inference.add(row);
  return inference.columns();
}

test('every column becomes a nullable field, times with their logical type', () => {
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
      { name: 'none', type: ['null', 'string'], default: null },
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
  expect(extendSchema(registered, columns, 'orders-value')).toBe(registered);
});

test('new columns are added, nullable, behind the registered ones', () => {
  const extended = extendSchema(registered, columnsOf({ id: 'a', shop: 'x' }), 'orders-value');
  expect(extended).toMatchObject({
    name: 'Order',
    fields: [...registered.fields, { name: 'shop', type: ['null', 'string'] }],
  });
});

test('all columns that do not fit are named at once', () => {
  const columns = columnsOf({ id: null, amount: 'much', count: String(2 ** 40) });
  expect(() => extendSchema(registered, columns, 'orders-value')).toThrow(
    /"orders-value".*column "id" holds nothing.*column "amount" holds text.*column "count" holds whole numbers.*--schema/,
  );
});

test('a field that must have a value and has no column is named', () => {
  expect(() => extendSchema(registered, columnsOf({ amount: '1' }), 'orders-value')).toThrow(
    /field "id" needs a value/,
  );
});
