import type { AggregationKind, MergeablePart } from './aggregation.ts';
import type { ByteReader, ByteWriter } from './bytes.ts';
import { HashSet } from './hash-set.ts';
import { estimateSql, HyperLogLog, registersSql } from './hyper-log-log.ts';
import { readWholeNumber } from './read-parameters.ts';
import { Word64 } from './word64.ts';
import { Xxh64 } from './xxh64.ts';

/**
 * Number of distinct values: exact up to a bound, beyond it a HyperLogLog's estimate with a relative standard error of
 * 1.04 / sqrt(2^precision). Values are told apart by their XXH64, so among 10,000 two are taken for one once in 3 * 10^11 times.
 */
export interface Distinct {
  readonly exactUpTo: number;
  readonly precision: number;
}

/** Hashes while there are no more than the bound, then registers. Which of them depends on the values alone. */
export type DistinctPart = HashSet | HyperLogLog;

const hash = new Xxh64();
const scratch = new Word64(0, 0);

function hashOf(value: number | string): Word64 {
  return typeof value === 'number' ? hash.ofNumber(value) : hash.ofText(value);
}

function addHash(part: DistinctPart, each: Word64, { exactUpTo, precision }: Distinct): DistinctPart {
  part.add(each);
  if (part instanceof HyperLogLog || part.size <= exactUpTo) return part;
  const registers = new HyperLogLog(precision);
  part.forEach((known) => registers.add(known), scratch);
  return registers;
}

const part: MergeablePart<Distinct, DistinctPart> = {
  empty: () => new HashSet(),
  add: (known, value, _at, parameters) => addHash(known, hashOf(value), parameters),
  merge: (earlier, later, parameters) => {
    if (later instanceof HashSet) {
      let merged = earlier;
      const word = new Word64(0, 0);
      later.forEach((each) => {
        merged = addHash(merged, each, parameters);
      }, word);
      return merged;
    }
    const merged = earlier instanceof HyperLogLog ? earlier : new HyperLogLog(parameters.precision);
    if (earlier instanceof HashSet) earlier.forEach((each) => merged.add(each), scratch);
    merged.merge(later);
    return merged;
  },
  finish: (known) => (known instanceof HyperLogLog ? known.estimate() : known.size),
  encode: (known, to) => {
    if (known instanceof HashSet) encodeHashes(known, to);
    else encodeRegisters(known, to);
  },
  decode,
  maxBytes: ({ exactUpTo, precision }) => 5 + Math.max(8 * exactUpTo, 2 ** precision),
};

const form = { hashes: 0, registers: 1, filledRegisters: 2 } as const;

function encodeHashes(hashes: HashSet, to: ByteWriter): void {
  const sorted: [number, number][] = [];
  hashes.forEach(({ high, low }) => sorted.push([high, low]), scratch);
  sorted.sort(([high, low], [otherHigh, otherLow]) => high - otherHigh || low - otherLow);
  to.u8(form.hashes);
  to.u32(sorted.length);
  for (const [high, low] of sorted) {
    to.u32(high);
    to.u32(low);
  }
}

function encodeRegisters({ registers }: HyperLogLog, to: ByteWriter): void {
  const filled = registers.reduce((count, rank) => count + (rank === 0 ? 0 : 1), 0);
  // A filled register alone takes three bytes.
  if (filled > registers.length / 4) {
    to.u8(form.registers);
    to.raw(registers);
    return;
  }
  to.u8(form.filledRegisters);
  to.u32(filled);
  registers.forEach((rank, register) => {
    if (rank === 0) return;
    to.u16(register);
    to.u8(rank);
  });
}

function decode(from: ByteReader, { precision }: Distinct): DistinctPart {
  const which = from.u8();
  if (which === form.registers) return new HyperLogLog(precision, from.raw(2 ** precision));
  const count = from.u32();
  if (which === form.hashes) {
    const hashes = new HashSet();
    for (let index = 0; index < count; index += 1) hashes.add(scratch.setHalves(from.u32(), from.u32()));
    return hashes;
  }
  const sketch = new HyperLogLog(precision);
  for (let index = 0; index < count; index += 1) sketch.registers[from.u16()] = from.u8();
  return sketch;
}

export const distinct: AggregationKind<Distinct, DistinctPart> = {
  input: 'required',
  takes: ['number', 'boolean', 'string'],
  needs: {},
  parse: (reader) => ({
    exactUpTo: readWholeNumber(reader, 'exactUpTo', { atLeast: 0, atMost: 10_000 }) ?? 1_024,
    precision: readWholeNumber(reader, 'precision', { atLeast: 4, atMost: 16 }) ?? 12,
  }),
  type: () => 'double',
  empty: () => 0,
  part,
  sql: ({ value, valueType, holds }, { exactUpTo, precision }) => {
    // -0 and 0 are one value, of two different byte patterns.
    const hashed = `xxHash64(assumeNotNull(${valueType === 'number' ? `toFloat64(${value}) + 0` : value}))`;
    const estimate = estimateSql(registersSql(hashed, precision, holds), precision);
    if (exactUpTo === 0) return `toNullable(${estimate})`;
    const exact = `length(groupUniqArrayIf(${exactUpTo + 1})(${hashed}, ${holds}))`;
    return `toNullable(if(${exact} <= ${exactUpTo}, toFloat64(${exact}), ${estimate}))`;
  },
};
