import { promisify } from 'node:util';
import { gunzip, gzip, zstdCompress, zstdDecompress } from 'node:zlib';
import type { InternalCodec } from './kafkajs-internals.ts';
import { compressLz4, decompressLz4 } from './lz4-codec.ts';
import { compressSnappy, decompressSnappy } from './snappy-codec.ts';

/** Kafka's compression codecs by name, with their number in a batch's attributes. */
export const compressionTypes = { none: 0, gzip: 1, snappy: 2, lz4: 3, zstd: 4 } as const;
export type Compression = keyof typeof compressionTypes;

/** Of one batch, unpacked: a megabyte of zeros packed with zstd would fill any memory. Ours are below 64 MiB. */
export const maxPlainBytes = 128 * 1024 * 1024;
const limit = { maxOutputLength: maxPlainBytes };

const deflate = promisify(gzip);
const inflate = promisify(gunzip);
const zstdPack = promisify(zstdCompress);
const zstdUnpack = promisify(zstdDecompress);

const codecs: Readonly<Record<number, InternalCodec>> = {
  [compressionTypes.gzip]: {
    compress: ({ buffer }) => deflate(buffer),
    decompress: (data) => inflate(data, limit),
  },
  [compressionTypes.snappy]: {
    compress: ({ buffer }) => Promise.resolve(compressSnappy(buffer)),
    decompress: (data) => Promise.resolve(decompressSnappy(data, maxPlainBytes)),
  },
  [compressionTypes.lz4]: {
    compress: ({ buffer }) => Promise.resolve(compressLz4(buffer)),
    decompress: (data) => Promise.resolve(decompressLz4(data, maxPlainBytes)),
  },
  [compressionTypes.zstd]: {
    compress: ({ buffer }) => zstdPack(buffer),
    decompress: (data) => zstdUnpack(data, limit),
  },
};

export function codecOf(attributes: number): InternalCodec {
  const codec = codecs[attributes & 0x07];
  if (!codec) throw new RangeError(`record batch with unknown compression ${attributes & 0x07}`);
  return codec;
}
