/**
 * CRC-32C (Castagnoli), the checksum of Kafka's record batches, eight bytes a step ("slicing by 8"): several times faster
 * than a table lookup a byte, which is what kafkajs does, and the largest single cost of producing.
 */
export function crc32c(data: Buffer, start: number, end: number): number {
  let crc = -1;
  let i = start;
  for (; i + 8 <= end; i += 8) {
    const low =
      crc ^ (byte(data, i) | (byte(data, i + 1) << 8) | (byte(data, i + 2) << 16) | (byte(data, i + 3) << 24));
    crc =
      at(T7, low & 0xff) ^
      at(T6, (low >>> 8) & 0xff) ^
      at(T5, (low >>> 16) & 0xff) ^
      at(T4, low >>> 24) ^
      at(T3, byte(data, i + 4)) ^
      at(T2, byte(data, i + 5)) ^
      at(T1, byte(data, i + 6)) ^
      at(T0, byte(data, i + 7));
  }
  for (; i < end; i++) crc = at(T0, (crc ^ byte(data, i)) & 0xff) ^ (crc >>> 8);
  return ~crc >>> 0;
}

const reversedPolynomial = 0x82f63b78;

function tables(): Int32Array[] {
  const all = Array.from({ length: 8 }, () => new Int32Array(256));
  const [first] = all;
  if (!first) return all;
  for (let n = 0; n < 256; n++) {
    let crc = n;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ reversedPolynomial : crc >>> 1;
    first[n] = crc;
  }
  for (let n = 0; n < 256; n++) {
    let crc = at(first, n);
    for (let step = 1; step < 8; step++) {
      crc = at(first, crc & 0xff) ^ (crc >>> 8);
      const table = all[step];
      if (table) table[n] = crc;
    }
  }
  return all;
}

// The indices are always in range; the casts cost nothing where `?? 0` would cost a branch a byte.
function at(table: Int32Array, index: number): number {
  return table[index] as number;
}

function byte(data: Buffer, index: number): number {
  return data[index] as number;
}

const [T0, T1, T2, T3, T4, T5, T6, T7] = tables() as [
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
];
