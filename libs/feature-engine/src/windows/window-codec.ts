import { strideOf, type WindowLayout } from './window-layout.ts';

const magic = 0x4d57_0001;
const headerBytes = 32;

export interface DecodedWindow {
  /** Entries one after the other: time, position, one double a column; after a decoding there is room for more. */
  readonly raw: Float64Array;
  readonly entries: number;
  readonly applied: number;
  readonly newestMs: number;
  readonly strings: string[];
}

/** With what is kept of events that are no entries any more, as bytes; null where the layout keeps nothing of them. */
type EncodedWindow = DecodedWindow & { readonly folded: Uint8Array | null };

/** Bytes that are not a state of this view: another view's, another version's, or damaged. */
export class WindowStateError extends Error {
  readonly code = 'FEATURE_ENGINE_STATE_MISMATCH';
}

/**
 * Little-endian: u32 magic and format version, u32 fingerprint of the layout, f64 cut, f64 newest time, u32 entries, u32
 * strings; then the entries as doubles; then each string as u32 length and UTF-8; then, where the layout
 * has lifetimes, what `FoldedEvents` gives. Entries are copied as they lie in memory.
 */
export function encodeWindow(layout: WindowLayout, window: EncodedWindow): Buffer {
  const packed = packStrings(layout, window);
  const strings = packed.strings.map((text) => Buffer.from(text, 'utf8'));
  const stringBytes = strings.reduce((total, text) => total + 4 + text.length, 0);
  const bytes = Buffer.allocUnsafe(headerBytes + packed.raw.byteLength + stringBytes + (window.folded?.length ?? 0));
  bytes.writeUInt32LE(magic, 0);
  bytes.writeUInt32LE(layout.fingerprint, 4);
  bytes.writeDoubleLE(window.applied, 8);
  bytes.writeDoubleLE(window.newestMs, 16);
  bytes.writeUInt32LE(window.entries, 24);
  bytes.writeUInt32LE(strings.length, 28);
  bytes.set(new Uint8Array(packed.raw.buffer, packed.raw.byteOffset, packed.raw.byteLength), headerBytes);
  let at = headerBytes + packed.raw.byteLength;
  for (const text of strings) {
    at = bytes.writeUInt32LE(text.length, at);
    at += text.copy(bytes, at);
  }
  if (window.folded !== null) bytes.set(window.folded, at);
  return bytes;
}

/** Storage for that many entries and some more: growing by a share keeps the cost of growing constant an entry. */
export function roomFor(entries: number): number {
  return entries + Math.max(4, entries >>> 1);
}

/** The same entries over a dictionary that holds the strings in use only, in order of first use. */
export function packStrings(
  layout: WindowLayout,
  { raw, strings }: Pick<DecodedWindow, 'raw' | 'strings'>,
): Pick<DecodedWindow, 'raw' | 'strings'> {
  if (layout.numberColumns === layout.columns.length) return { raw, strings: [] };
  const packed = raw.slice();
  const codes = new Map<string, number>();
  const stride = strideOf(layout);
  for (let entry = 0; entry < packed.length; entry += stride) {
    for (let at = entry + 2 + layout.numberColumns; at < entry + 2 + layout.columns.length; at += 1) {
      const text = strings[packed[at] ?? -1];
      if (text === undefined) continue;
      const code = codes.get(text) ?? codes.size;
      codes.set(text, code);
      packed[at] = code;
    }
  }
  return { raw: packed, strings: [...codes.keys()] };
}

/** With the bytes that come after the strings: none where the layout keeps nothing of expired events. */
export function decodeWindow(
  layout: WindowLayout,
  encoded: Uint8Array,
): DecodedWindow & { readonly folded: Uint8Array } {
  const bytes = Buffer.from(encoded.buffer, encoded.byteOffset, encoded.byteLength);
  if (bytes.length < headerBytes || bytes.readUInt32LE(0) !== magic) {
    throw new WindowStateError(`these ${bytes.length} bytes are not a window state of format ${magic & 0xff}`);
  }
  if (bytes.readUInt32LE(4) !== layout.fingerprint) {
    throw new WindowStateError('this window state belongs to another feature view, or to another version of it');
  }
  const entries = bytes.readUInt32LE(24);
  const rawBytes = entries * strideOf(layout) * 8;
  if (bytes.length < headerBytes + rawBytes) throw new WindowStateError('this window state has been cut short');
  // Copied, because a slice of a network buffer is seldom aligned for doubles and must not be kept alive.
  const raw = new Float64Array(roomFor(entries) * strideOf(layout));
  new Uint8Array(raw.buffer).set(bytes.subarray(headerBytes, headerBytes + rawBytes));
  const { strings, end } = decodeStrings(bytes, headerBytes + rawBytes, bytes.readUInt32LE(28));
  return {
    raw,
    entries,
    applied: bytes.readDoubleLE(8),
    newestMs: bytes.readDoubleLE(16),
    strings,
    folded: bytes.subarray(end),
  };
}

function decodeStrings(bytes: Buffer, from: number, count: number): { strings: string[]; end: number } {
  const strings: string[] = [];
  let at = from;
  for (let index = 0; index < count; index += 1) {
    const length = bytes.readUInt32LE(at);
    strings.push(bytes.toString('utf8', at + 4, at + 4 + length));
    at += 4 + length;
  }
  return { strings, end: at };
}
