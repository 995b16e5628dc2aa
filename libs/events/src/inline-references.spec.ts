import avro from 'avsc';
import { expect, test } from 'vitest';
import { inlineReferences } from './inline-references.ts';

const money = { type: 'record', name: 'Money', namespace: 'bank', fields: [{ name: 'cents', type: 'long' }] };
const card = { type: 'record', name: 'bank.Card', fields: [{ name: 'limit', type: 'Money' }] };
const payment = {
  type: 'record',
  name: 'Payment',
  namespace: 'bank',
  fields: [
    { name: 'amount', type: 'bank.Money' },
    { name: 'fee', type: ['null', 'Money'], default: null },
    { name: 'card', type: 'Card' },
    { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' } },
  ],
};

test('a schema stands alone once the schemas that it refers to are written into it', () => {
  const whole = inlineReferences(payment, new Map(Object.entries({ 'bank.Money': money, 'bank.Card': card })));
  const type = avro.Type.forSchema(whole as avro.Schema, { wrapUnions: 'auto' });
  const value = { amount: { cents: 1 }, fee: { cents: 2 }, card: { limit: { cents: 3 } }, at: 4 };
  expect(type.fromBuffer(type.toBuffer(value))).toMatchObject(value);
  expect(JSON.stringify(whole)).toContain('timestamp-millis');
});

test('a name that no reference explains is left as it is', () => {
  expect(inlineReferences(payment, new Map([['other.Thing', money]]))).toEqual(payment);
});
