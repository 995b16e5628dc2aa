import lz4js from 'lz4js';
import xxh32 from 'lz4js/xxh32.js';

/**
 * The LZ4 frame format around lz4js's blocks. lz4js has a frame layer too, but it writes frames with dependent blocks,
 * which Java refuses, and looks for a block's checksum before the block instead of after it.
 */
const frameMagic = 0x184d2204;
const independentBlocks = 0x60; // version 01, blocks independent, no checksums, no content size
const blocksOf64KiB = 0x40;
const blockSizeBytes = 65_536;
const storedFlag = 0x80000000;
const flags = { dictionary: 0x01, contentChecksum: 0x04, contentSize: 0x08, blockChecksum: 0x10 } as const;

export function compressLz4(plain: Buffer): Buffer {
  const parts: Buffer[] = [frameStart()];
  const scratch = Buffer.allocUnsafe(lz4js.compressBound(blockSizeBytes));
  const hashTable = new Uint32Array(65_536);
  for (let at = 0; at < plain.length; at += blockSizeBytes) {
    const block = plain.subarray(at, at + blockSizeBytes);
    hashTable.fill(0);
    const size = lz4js.compressBlock(block, scratch, 0, block.length, hashTable);
    const stored = size === 0 || size >= block.length;
    const length = Buffer.allocUnsafe(4);
    length.writeUInt32LE(stored ? (block.length | storedFlag) >>> 0 : size);
    parts.push(length, stored ? block : Buffer.from(scratch.subarray(0, size)));
  }
  parts.push(Buffer.alloc(4));
  return Buffer.concat(parts);
}

export function decompressLz4(data: Buffer, maxBytes: number): Buffer {
  if (data.readUInt32LE(0) !== frameMagic) throw new RangeError('not an LZ4 frame');
  const flag = data.readUInt8(4);
  if (flag >>> 6 !== 1) throw new RangeError(`LZ4 frame version ${flag >>> 6} is unknown`);
  const checksumSize = flag & flags.blockChecksum ? 4 : 0;
  let at = 7 + (flag & flags.contentSize ? 8 : 0) + (flag & flags.dictionary ? 4 : 0);
  const blocks: { readonly from: number; readonly size: number; readonly stored: boolean }[] = [];
  let total = 0;
  for (let length = data.readUInt32LE(at); length !== 0; length = data.readUInt32LE(at)) {
    const stored = (length & storedFlag) !== 0;
    const size = length & ~storedFlag;
    if (at + 4 + size > data.length) throw new RangeError('an LZ4 block is longer than its frame');
    blocks.push({ from: at + 4, size, stored });
    total += stored ? size : plainSize(data, at + 4, size);
    if (total > maxBytes) throw new RangeError(`an LZ4 frame of more than ${maxBytes} bytes`);
    at += 4 + size + checksumSize;
  }
  const plain = Buffer.allocUnsafe(total);
  let position = 0;
  for (const { from, size, stored } of blocks) {
    if (stored) position += data.copy(plain, position, from, from + size);
    else position = lz4js.decompressBlock(data, plain, from, size, position);
  }
  return plain;
}

function frameStart(): Buffer {
  const start = Buffer.alloc(7);
  start.writeUInt32LE(frameMagic);
  start.writeUInt8(independentBlocks, 4);
  start.writeUInt8(blocksOf64KiB, 5);
  start.writeUInt8((xxh32.hash(0, start, 4, 2) >>> 8) & 0xff, 6);
  return start;
}

/** Size of a block's content, found by walking its tokens: so the target is exact and never grows. */
function plainSize(data: Buffer, from: number, length: number): number {
  const end = from + length;
  let at = from;
  let size = 0;
  const extended = (nibble: number): number => {
    let count = nibble;
    if (nibble === 15) {
      let more = 255;
      while (more === 255) {
        if (at >= end) throw new RangeError('an LZ4 block ends inside a length');
        more = data.readUInt8(at++);
        count += more;
      }
    }
    return count;
  };
  while (at < end) {
    const token = data.readUInt8(at++);
    const literals = extended(token >>> 4);
    at += literals;
    size += literals;
    if (at >= end) break;
    const offset = data.readUInt16LE(at);
    if (offset === 0) throw new RangeError('an LZ4 match has the offset 0');
    at += 2;
    size += extended(token & 0x0f) + 4;
  }
  if (at !== end) throw new RangeError('an LZ4 block ends inside its literals');
  return size;
}
