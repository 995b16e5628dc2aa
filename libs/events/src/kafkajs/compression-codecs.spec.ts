import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { codecOf, compressionTypes, maxPlainBytes } from './compression-codecs.ts';
import { compressLz4, decompressLz4 } from './lz4-codec.ts';
import { decompressSnappy } from './snappy-codec.ts';

const names = ['gzip', 'snappy', 'lz4', 'zstd'] as const;
const content = fc.oneof(
  fc.uint8Array({ maxLength: 5_000 }).map((array) => Buffer.from(array)),
  fc.tuple(fc.string(), fc.nat(300)).map(([text, times]) => Buffer.from(text.repeat(times))),
);

test.each(names)('%s gives back what was packed', async (name) => {
  const codec = codecOf(compressionTypes[name]);
  await fc.assert(
    fc.asyncProperty(content, async (plain) => {
      const packed = await codec.compress({ buffer: plain });
      expect((await codec.decompress(packed)).equals(plain)).toBe(true);
    }),
  );
});

test.each(names)('%s gives back content of many blocks', async (name) => {
  const codec = codecOf(compressionTypes[name]);
  const plain = Buffer.from(Array.from({ length: 60_000 }, (_, i) => `event ${i * 7919} `).join(''));
  const packed = await codec.compress({ buffer: plain });
  expect(packed.length).toBeLessThan(plain.length);
  expect((await codec.decompress(packed)).equals(plain)).toBe(true);
});

test('an unknown compression is an error that names it', () => {
  expect(() => codecOf(6)).toThrow('unknown compression 6');
});

test('a bare snappy block, as librdkafka writes it, is read', () => {
  const block = Buffer.from([5, 4 << 2, ...Buffer.from('hello')]);
  expect(decompressSnappy(block, 5).toString()).toBe('hello');
});

test('an LZ4 frame with block checksums, content size and content checksum is read', () => {
  // The checksums are skipped: the broker has checked the batch around them.
  const frame = Buffer.concat([
    Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x7c, 0x40]),
    Buffer.from([5, 0, 0, 0, 0, 0, 0, 0]),
    Buffer.from([0xaa]),
    Buffer.from([5, 0, 0, 0x80, ...Buffer.from('hello')]),
    Buffer.from([1, 2, 3, 4]),
    Buffer.from([0, 0, 0, 0]),
    Buffer.from([5, 6, 7, 8]),
  ]);
  expect(decompressLz4(frame, 5).toString()).toBe('hello');
});

test('an LZ4 frame that was cut off is an error, not wrong bytes', () => {
  const frame = compressLz4(Buffer.from('abcabcabcabc'.repeat(100)));
  for (const end of [8, 12, frame.length - 8, frame.length - 1]) {
    expect(() => decompressLz4(frame.subarray(0, end), 5_000)).toThrow(RangeError);
  }
});

test('a small batch that would unpack to more than memory should be given to is an error', async () => {
  const zeros = Buffer.alloc(maxPlainBytes + 1);
  for (const name of ['gzip', 'zstd'] as const) {
    const codec = codecOf(compressionTypes[name]);
    await expect(codec.decompress(await codec.compress({ buffer: zeros }))).rejects.toThrow();
  }
  const hello = Buffer.from('hello hello hello hello hello');
  const lz4 = compressLz4(hello);
  expect(() => decompressLz4(lz4, hello.length - 1)).toThrow('more than 28 bytes');
  const snappy = await codecOf(compressionTypes.snappy).compress({ buffer: hello });
  expect(() => decompressSnappy(snappy, hello.length - 1)).toThrow('expect at most 28');
});
