import { expect, test } from 'vitest';
import { jsonAsAvro } from './json-as-avro.ts';

const schema = {
  type: 'record',
  name: 'Ride',
  fields: [
    { name: 'rider', type: 'string' },
    { name: 'shift', type: ['null', 'string'] },
    { name: 'tip', type: 'float', default: 1.5 },
    { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' } },
    { name: 'ended', type: ['null', { type: 'long', logicalType: 'timestamp-millis' }], default: null },
    { name: 'signature', type: ['null', 'bytes'], default: null },
  ],
};

test('an event in JSON has the values that a producer would give to its Avro writer', () => {
  const event = { rider: 'r', at: '2026-01-01T00:00:00Z', ended: 5, signature: 'ÿ', other: 1 };
  expect(jsonAsAvro(event, schema, 'event')).toEqual({
    value: { rider: 'r', shift: null, at: Date.UTC(2026, 0, 1), ended: 5, signature: Buffer.from([255]) },
    faults: [],
  });
});

test('a time that is none is a fault with its path', () => {
  expect(jsonAsAvro({ at: 'noon' }, schema, 'events[3]').faults).toEqual([
    { path: 'events[3].at', message: '"noon" is not an ISO 8601 time' },
  ]);
});
