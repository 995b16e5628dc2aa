import { crc32 as zlibCrc32 } from 'node:zlib';

/** From record key to partition, as the two families of Kafka clients do it. */
export type Partitioner = (key: Buffer, partitionCount: number) => number;
export type PartitionerName = 'murmur2' | 'crc32';

/**
 * `murmur2` is the default of the Java client and kafkajs, `crc32` that of librdkafka (Python, Go, C, .NET) for records
 * that have a key ("consistent" and "consistent_random" differ only where the key is absent).
 */
export const partitioners: Readonly<Record<PartitionerName, Partitioner>> = {
  murmur2: (key, partitionCount) => (murmur2(key) & 0x7fffffff) % partitionCount,
  crc32: (key, partitionCount) => zlibCrc32(key) % partitionCount,
};

/** The 32-bit MurmurHash2 of Kafka's Java client (seed 0x9747b28c), as a signed integer. */
export function murmur2(data: Buffer): number {
  const m = 0x5bd1e995;
  const length = data.length;
  let h = 0x9747b28c ^ length;
  const whole = length & ~3;
  for (let i = 0; i < whole; i += 4) {
    let k = data.readInt32LE(i);
    k = Math.imul(k, m);
    k ^= k >>> 24;
    k = Math.imul(k, m);
    h = Math.imul(h, m) ^ k;
  }
  const tail = length & 3;
  if (tail > 0) {
    if (tail === 3) h ^= data.readUInt8(whole + 2) << 16;
    if (tail >= 2) h ^= data.readUInt8(whole + 1) << 8;
    h ^= data.readUInt8(whole);
    h = Math.imul(h, m);
  }
  h ^= h >>> 13;
  h = Math.imul(h, m);
  return h ^ (h >>> 15);
}
