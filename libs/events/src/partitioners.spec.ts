import { expect, test } from 'vitest';
import { murmur2, partitioners } from './partitioners.ts';

test.each([
  // From Kafka's own UtilsTest.testMurmur2.
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
])('murmur2 of "%s" is that of the Java client', (key, hash) => {
  expect(murmur2(Buffer.from(key))).toBe(hash);
});

test('murmur2 of bytes above 127 reads them as unsigned', () => {
  expect(murmur2(Buffer.from('abc'))).toBe(479470107);
});

test.each([
  // CRC-32 (IEEE) modulo the partition count, as librdkafka's rd_kafka_msg_partitioner_consistent does.
  ['123456789', 0xcbf43926],
  ['a', 0xe8b7be43],
  ['', 0],
])('crc32 of "%s" is that of librdkafka', (key, hash) => {
  expect(partitioners.crc32(Buffer.from(key), 1000)).toBe(hash % 1000);
});

test('a partitioner stays within the partition count', () => {
  for (let i = 0; i < 1_000; i++) {
    const key = Buffer.from(`customer-${i}`);
    for (const partition of [partitioners.murmur2(key, 7), partitioners.crc32(key, 7)]) {
      expect(partition).toBeGreaterThanOrEqual(0);
      expect(partition).toBeLessThan(7);
    }
  }
});
