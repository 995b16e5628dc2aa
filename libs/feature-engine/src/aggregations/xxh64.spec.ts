import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Word64 } from './word64.ts';
import { Xxh64 } from './xxh64.ts';

/** Made by `SELECT lower(leftPad(hex(xxHash64(substring(repeat(text, repeated), 1, n))), 16, '0'))` for every n from 0 to 100. */
interface Vectors {
  readonly text: string;
  readonly repeated: number;
  readonly hashes: readonly string[];
}

const vectors = JSON.parse(readFileSync(new URL('xxh64-vectors.json', import.meta.url), 'utf8')) as Vectors;

const hex = ({ high, low }: Word64) => high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0');

describe('XXH64', () => {
  const hash = new Xxh64();

  it('gives the hashes of its reference', () => {
    expect(['', 'a', 'abc'].map((text) => hex(hash.ofText(text)))).toEqual([
      'ef46db3751d8e999',
      'd24ec4f1a98c6e5b',
      '44bc2cf5ad770999',
    ]);
  });

  it('gives what ClickHouse gives at every length around its stripes of 32 bytes', () => {
    const bytes = Buffer.from(vectors.text.repeat(vectors.repeated));
    expect(vectors.hashes).toHaveLength(101);
    expect(vectors.hashes.map((_, length) => hex(hash.ofBytes(bytes.subarray(0, length))))).toEqual(vectors.hashes);
  });

  it('takes text as UTF-8, whatever came before it', () => {
    const long = 'ü🚀'.repeat(400);
    expect(hex(hash.ofText('zażółć gęślą jaźń 🚀 поезд'))).toBe('cac29ca0958b5c80');
    expect(hex(hash.ofText(long))).toBe(hex(new Xxh64().ofBytes(Buffer.from(long))));
    expect(hex(hash.ofText('zażółć gęślą jaźń 🚀 поезд'))).toBe('cac29ca0958b5c80');
  });

  it('takes numbers as the bytes of a double, and -0 as 0', () => {
    const numbers = [0, -0, 1, -1, 0.1, 1e300, 5e-324, 1_700_000_000_000, -273.15];
    expect(numbers.map((value) => hex(hash.ofNumber(value)))).toEqual([
      '34c96acdcadb1bbb',
      '34c96acdcadb1bbb',
      '949522f153a1a395',
      'a12f6fc677bc860e',
      '30402b1ba8ba63d2',
      '98e27b3d9c71f5e4',
      '9f29cb17a2a49995',
      '1988a58d58678ee6',
      '738f617101d85525',
    ]);
  });
});
