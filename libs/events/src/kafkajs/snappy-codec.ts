import snappyjs from 'snappyjs';

/**
 * Snappy as Kafka clients write it: the Java client in the framing of its snappy library ("xerial": a header, then
 * chunks with their length), librdkafka as one bare block. Both are read; the framed form is written, every client reads it.
 */
const frameMagic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const frameHeader = Buffer.concat([frameMagic, Buffer.from([0, 0, 0, 1, 0, 0, 0, 1])]);
const chunkSizeBytes = 32_768;

export function compressSnappy(plain: Buffer): Buffer {
  const parts: Buffer[] = [frameHeader];
  for (let at = 0; at < plain.length; at += chunkSizeBytes) {
    const chunk = snappyjs.compress(plain.subarray(at, at + chunkSizeBytes));
    const length = Buffer.allocUnsafe(4);
    length.writeInt32BE(chunk.length);
    parts.push(length, chunk);
  }
  return Buffer.concat(parts);
}

export function decompressSnappy(data: Buffer, maxBytes: number): Buffer {
  if (!data.subarray(0, frameMagic.length).equals(frameMagic)) return snappyjs.uncompress(data, maxBytes);
  const parts: Buffer[] = [];
  let left = maxBytes;
  let at = frameHeader.length;
  while (at < data.length) {
    const end = at + 4 + data.readInt32BE(at);
    if (end > data.length) throw new RangeError(`snappy chunk ends at ${end} of ${data.length} bytes`);
    const part = snappyjs.uncompress(data.subarray(at + 4, end), left);
    left -= part.length;
    parts.push(part);
    at = end;
  }
  return Buffer.concat(parts);
}
