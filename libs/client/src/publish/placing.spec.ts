import type { SourceDefinition } from '@millrace/feature-engine';
import { expect, test } from 'vitest';
import { placingOf } from './placing.ts';
import { keyBytes } from './row-check.ts';

const payments: SourceDefinition = {
  kind: 'source',
  name: 'payments',
  topic: 'pay',
  eventTime: { column: 't', unit: 'ms' },
  entity: 'card_id',
  partitioner: 'crc32',
  keyEncoding: 'long-be',
  allowedLateness: '1h',
  maxFuture: '1h',
};

test('keys are placed and encoded as the source on the topic declares', () => {
  const declared = { partitioner: 'crc32', keyEncoding: 'long-be', declaredKey: 'card_id' };
  expect(placingOf({ topic: 'pay' }, [payments])).toEqual(declared);
  expect(placingOf({ topic: 'pay', keyColumn: 'card id', partitioner: 'crc32' }, [payments])).toEqual(declared);
});

test('what contradicts it is refused, and the remedy named', () => {
  const refused = { code: 'CLIENT_SOURCE_CONTRADICTED' };
  const key = (): unknown => placingOf({ topic: 'pay', keyColumn: 'shop' }, [payments]);
  expect(key).toThrow(expect.objectContaining(refused));
  expect(key).toThrow(/"payments" declares that topic "pay" is keyed by "card_id": leave out --key shop/);
  const place = (): unknown => placingOf({ topic: 'pay', partitioner: 'murmur2' }, [payments]);
  expect(place).toThrow(/are placed by crc32: leave out --partitioner murmur2/);
});

test("other topics, and sources that don't say where keys lie, change nothing", () => {
  const wanted = { topic: 'pay', keyColumn: 'shop' };
  const asked = { partitioner: 'murmur2', keyEncoding: 'string', declaredKey: null };
  const { entity: _, ...unkeyed } = payments;
  for (const source of [{ ...payments, topic: 'other' }, { ...payments, partitioner: null }, unkeyed]) {
    expect(placingOf(wanted, [source])).toEqual(asked);
  }
});

test('a key that cannot be encoded is named, a missing one is none', () => {
  const placing = placingOf({ topic: 'pay' }, [payments]);
  expect(keyBytes('7', placing, 'card')).toEqual(Buffer.from('0000000000000007', 'hex'));
  expect(keyBytes(null, placing, 'card')).toBeNull();
  expect(() => keyBytes('c7', placing, 'card')).toThrow('column "card": "c7" cannot be a long-be key');
});
