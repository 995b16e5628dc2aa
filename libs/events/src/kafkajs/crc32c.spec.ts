import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { crc32c } from './crc32c.ts';
import { loadInternal } from './kafkajs-internals.ts';

test('the check value of the standard', () => {
  const data = Buffer.from('123456789');
  expect(crc32c(data, 0, data.length)).toBe(0xe3069283);
});

test('a part of a buffer has the checksum that kafkajs finds', () => {
  const stock = loadInternal('src/protocol/recordBatch/crc32C') as (data: Buffer) => number;
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), fc.nat(40), (array, start) => {
      const data = Buffer.from(array);
      const from = Math.min(start, data.length);
      expect(crc32c(data, from, data.length)).toBe(stock(data.subarray(from)));
    }),
  );
});
