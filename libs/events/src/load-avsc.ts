import { createRequire } from 'node:module';
import avsc from 'avsc';
import { boundCollections } from './bound-collections.ts';
import { exactLongs } from './exact-longs.ts';
import type { LongTap } from './exact-longs.ts';

/** avsc's cursor over a buffer, as far as strings go. */
interface Tap extends LongTap {
  readString: (this: Tap) => string | undefined;
}

const { Tap: TapClass } = createRequire(import.meta.url)('avsc/lib/utils') as {
  readonly Tap: { readonly prototype: Tap };
};
const { prototype } = TapClass;
const stockReadString = prototype.readString;

const internedLength = 24;
const tableSize = 4096;
const interned: string[] = Array.from({ length: tableSize }, () => '');

/**
 * Names, lanes and entity keys come again and again: a short ASCII string that was read before is given out once more
 * instead of being made anew: reading a vector takes a fifth less. The table is bounded, a collision only costs time.
 */
prototype.readString = function (this: Tap): string | undefined {
  const { buf, pos } = this;
  const first = buf[pos] ?? 0xff;
  const length = first >> 1;
  const start = pos + 1;
  const end = start + length;
  if (first > internedLength << 1 || (first & 1) === 1 || end > buf.length) return stockReadString.call(this);
  let hash = length;
  for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + (buf[i] as number)) | 0;
  const slot = (hash ^ (hash >>> 12)) & (tableSize - 1);
  const known = interned[slot] as string;
  if (known.length === length && equals(known, buf, start)) {
    this.pos = end;
    return known;
  }
  const value = stockReadString.call(this);
  if (value !== undefined) interned[slot] = value;
  return value;
};

/** Whether the bytes are the ASCII text; a text with other characters equals no bytes, and is read anew each time. */
function equals(text: string, buf: Buffer, start: number): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code !== buf[start + i] || code > 0x7f) return false;
  }
  return true;
}

boundCollections(avsc.types);
exactLongs(prototype);

/** How a schema of ours is read and written: unions of null and one type are plain values, records are plain objects. */
export const avroOptions = { wrapUnions: 'auto', omitRecordMethods: true } as const;

export { avsc };
