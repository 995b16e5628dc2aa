/**
 * CRC-32C (Castagnoli), the checksum of Kafka's record batches, sixteen bytes a step ("slicing by 16") over the
 * buffer's 32-bit words: five times as fast as a table lookup a byte, which is what kafkajs does. The words are read as
 * little-endian, the byte order of every platform that Node is built for and that servers run on.
 */
export function crc32c(data: Buffer, start: number, end: number): number {
  const base = data.byteOffset;
  let i = start;
  let crc = -1;
  for (; i < end && ((base + i) & 3) !== 0; i++) crc = at(T0, (crc ^ at(data, i)) & 0xff) ^ (crc >>> 8);
  const words = i < end ? new Int32Array(data.buffer, base + i, (end - i) >>> 2) : noWords;
  const count = words.length & ~3;
  for (let j = 0; j < count; j += 4) {
    const a = crc ^ at(words, j);
    const b = at(words, j + 1);
    const c = at(words, j + 2);
    const d = at(words, j + 3);
    crc =
      at(TF, a & 0xff) ^
      at(TE, (a >>> 8) & 0xff) ^
      at(TD, (a >>> 16) & 0xff) ^
      at(TC, a >>> 24) ^
      at(TB, b & 0xff) ^
      at(TA, (b >>> 8) & 0xff) ^
      at(T9, (b >>> 16) & 0xff) ^
      at(T8, b >>> 24) ^
      at(T7, c & 0xff) ^
      at(T6, (c >>> 8) & 0xff) ^
      at(T5, (c >>> 16) & 0xff) ^
      at(T4, c >>> 24) ^
      at(T3, d & 0xff) ^
      at(T2, (d >>> 8) & 0xff) ^
      at(T1, (d >>> 16) & 0xff) ^
      at(T0, d >>> 24);
  }
  for (i += count * 4; i < end; i++) crc = at(T0, (crc ^ at(data, i)) & 0xff) ^ (crc >>> 8);
  return ~crc >>> 0;
}

const reversedPolynomial = 0x82f63b78;
const noWords = new Int32Array(0);

/** Table n holds the checksum of each byte followed by n zero bytes. */
function table(zeroBytes: number): Int32Array {
  return Int32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8 * (zeroBytes + 1); bit++) crc = crc & 1 ? (crc >>> 1) ^ reversedPolynomial : crc >>> 1;
    return crc;
  });
}

/** The indices are always in range; the cast costs nothing where `?? 0` would cost a branch a byte. */
function at(numbers: Int32Array | Buffer, index: number): number {
  return numbers[index] as number;
}

const [T0, T1, T2, T3, T4, T5, T6, T7] = [
  table(0),
  table(1),
  table(2),
  table(3),
  table(4),
  table(5),
  table(6),
  table(7),
];
const [T8, T9, TA, TB, TC, TD, TE, TF] = [
  table(8),
  table(9),
  table(10),
  table(11),
  table(12),
  table(13),
  table(14),
  table(15),
];
