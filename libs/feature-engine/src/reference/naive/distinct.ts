import type { Distinct } from '../../aggregations/distinct.ts';
import type { NaiveAggregation } from './naive-aggregation.ts';

const mask = (1n << 64n) - 1n;
const prime = [0x9e3779b185ebca87n, 0xc2b2ae3d27d4eb4fn, 0x165667b19e3779f9n, 0x85ebca77c2b2ae63n, 0x27d4eb2f165667c5n];
const [prime1 = 0n, prime2 = 0n, prime3 = 0n, prime4 = 0n, prime5 = 0n] = prime;

/** For tests: number of distinct values, and beyond the bound the estimate from registers kept in a map, all in whole numbers of any size. */
export const naiveDistinct: NaiveAggregation<Distinct> = {
  value: (entries, { exactUpTo, precision }) => {
    const values = new Set(entries.map(({ value }) => value));
    return values.size <= exactUpTo ? values.size : estimate(naiveRegisters([...values], precision), precision);
  },
};

/** Rank by register, of the registers that are not 0. */
export function naiveRegisters(values: readonly (number | string)[], precision: number): Map<number, number> {
  const registers = new Map<number, number>();
  for (const value of values) {
    const hash = xxh64(typeof value === 'number' ? doubleBytes(value) : Buffer.from(value));
    const register = Number(hash % (1n << BigInt(precision)));
    const rest = (hash >> BigInt(precision)).toString(2).padStart(64 - precision, '0');
    const rank = 1 + rest.length - 1 - rest.lastIndexOf('1');
    registers.set(register, Math.max(rank, registers.get(register) ?? 0));
  }
  return registers;
}

function estimate(registers: ReadonlyMap<number, number>, precision: number): number {
  const size = 2 ** precision;
  let sum = 0;
  for (const rank of registers.values()) sum += 2 ** -rank;
  // Ertl's sigma, until it stops changing.
  let power = 1 - registers.size / size;
  let weight = 1;
  let sigma = power;
  for (let before = -1; before !== sigma;) {
    before = sigma;
    power *= power;
    sigma += power * weight;
    weight *= 2;
  }
  return (size * size) / (2 * Math.LN2 * (size * sigma + sum));
}

function doubleBytes(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value === 0 ? 0 : value);
  return bytes;
}

function xxh64(bytes: Buffer): bigint {
  const rotate = (word: bigint, bits: bigint) => ((word << bits) | (word >> (64n - bits))) & mask;
  const round = (lane: bigint, input: bigint) => (rotate((lane + input * prime2) & mask, 31n) * prime1) & mask;
  let at = 0;
  let hash = prime5;
  if (bytes.length >= 32) {
    const lanes = [prime1 + prime2, prime2, 0n, -prime1].map((lane) => lane & mask);
    for (; at + 32 <= bytes.length; at += 32) {
      lanes.forEach((lane, index) => (lanes[index] = round(lane, bytes.readBigUInt64LE(at + index * 8))));
    }
    const rotations = [1n, 7n, 12n, 18n];
    hash = lanes.reduce((sum, lane, index) => sum + rotate(lane, rotations[index] ?? 0n), 0n) & mask;
    for (const lane of lanes) hash = ((hash ^ round(0n, lane)) * prime1 + prime4) & mask;
  }
  hash = (hash + BigInt(bytes.length)) & mask;
  for (; at + 8 <= bytes.length; at += 8) {
    hash = (rotate(hash ^ round(0n, bytes.readBigUInt64LE(at)), 27n) * prime1 + prime4) & mask;
  }
  if (at + 4 <= bytes.length) {
    hash = (rotate(hash ^ ((BigInt(bytes.readUInt32LE(at)) * prime1) & mask), 23n) * prime2 + prime3) & mask;
    at += 4;
  }
  for (; at < bytes.length; at += 1)
    hash = (rotate(hash ^ ((BigInt(bytes[at] ?? 0) * prime5) & mask), 11n) * prime1) & mask;
  hash = ((hash ^ (hash >> 33n)) * prime2) & mask;
  hash = ((hash ^ (hash >> 29n)) * prime3) & mask;
  return hash ^ (hash >> 32n);
}
