import type { Word64 } from './word64.ts';

/**
 * The registers of a HyperLogLog: register (low p bits of the hash) holds the highest rank seen, 1 + the number of zeros that
 * the remaining 64 - p bits end in. ClickHouse builds the same by `registersSql`, as a map of those that are not 0.
 */
export class HyperLogLog {
  readonly precision: number;
  readonly registers: Uint8Array;

  constructor(precision: number, registers: Uint8Array = new Uint8Array(2 ** precision)) {
    this.precision = precision;
    this.registers = registers;
  }

  add(hash: Word64): void {
    const register = hash.low & (this.registers.length - 1);
    const rank = rankOf(hash, this.precision);
    if (rank > (this.registers[register] ?? 0)) this.registers[register] = rank;
  }

  merge(other: HyperLogLog): void {
    for (let register = 0; register < this.registers.length; register += 1) {
      const rank = other.registers[register] ?? 0;
      if (rank > (this.registers[register] ?? 0)) this.registers[register] = rank;
    }
  }

  /**
   * Number of distinct hashes, relative standard error 1.04 / sqrt(2^p) at any number: the improved raw estimator of O. Ertl,
   * "New cardinality estimation algorithms for HyperLogLog sketches" (arXiv:1702.01284), whose one formula needs neither
   * thresholds, at which two engines could part, nor tables. Its term for full registers is left out: they need 2^60 values.
   */
  estimate(): number {
    const size = this.registers.length;
    let zeros = 0;
    const ofRank = new Float64Array(65);
    for (const rank of this.registers) {
      if (rank === 0) zeros += 1;
      else ofRank[rank] = (ofRank[rank] ?? 0) + 1;
    }
    if (zeros === size) return 0;
    let sum = 0;
    for (let rank = 64; rank > 0; rank -= 1) sum += (ofRank[rank] ?? 0) * 2 ** -rank;
    return (biasOfAll * size * size) / (size * sigma(zeros / size, this.precision) + sum);
  }
}

/** Limit of the bias correction for many registers, 1 / (2 ln 2). */
const biasOfAll = 0.7213475204444817;

/** Terms beyond vanish: with one register filled, zeros / size to the power 2^(p + 6) is e^-64. */
const sigmaTerms = (precision: number) => precision + 6;

function sigma(share: number, precision: number): number {
  let sum = share;
  for (let term = 1; term <= sigmaTerms(precision); term += 1) sum += 2 ** (term - 1) * Math.pow(share, 2 ** term);
  return sum;
}

function rankOf({ high, low }: Word64, precision: number): number {
  const rest = low >>> precision;
  if (rest !== 0) return 1 + trailingZeros(rest);
  return high === 0 ? 65 - precision : 33 - precision + trailingZeros(high);
}

function trailingZeros(word: number): number {
  return 31 - Math.clz32(word & -word);
}

/**
 * SQL of (registers, ranks), both sorted by register, of hashes (UInt64) where a condition holds. ClickHouse has no count of
 * trailing zeros; the rest is below 2^60, so its difference from 1 fits the Int64 that ClickHouse makes of it.
 */
export function registersSql(hash: string, precision: number, holds: string): string {
  const rest = `bitShiftRight(${hash}, ${precision})`;
  const rank = `if(${rest} = 0, ${65 - precision}, bitCount(bitAnd(bitNot(${rest}), ${rest} - 1)) + 1)`;
  return `maxMapIf([toUInt16(bitAnd(${hash}, ${2 ** precision - 1}))], [toUInt8(${rank})], ${holds})`;
}

/** SQL of the estimate from (registers, ranks), at least one. */
export function estimateSql(registers: string, precision: number): string {
  const size = 2 ** precision;
  const share = `((${size} - length(m.1)) / ${size})`;
  const terms = `arraySum(k -> exp2(k - 1) * pow(${share}, exp2(k)), range(1, ${sigmaTerms(precision) + 1}))`;
  const sum = 'arraySum(r -> exp2(-toInt16(r)), m.2)';
  return `arrayMap(m -> ${biasOfAll * size * size} / (${size} * (${share} + ${terms}) + ${sum}), [${registers}])[1]`;
}
