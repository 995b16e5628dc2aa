import { wireTypes } from './wire-writer.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** How deep messages may lie in each other: a few bytes must not take the whole stack. */
const maxDepth = 32;

/** Bytes that are no message of Feast's. */
export class FeastFormatError extends Error {
  readonly code = 'FEAST_FORMAT_INVALID';
  override readonly name = 'FeastFormatError';
}

/** Field by field through the bytes of one protobuf message. Whatever is cut off or impossible is a FeastFormatError. */
export class WireReader {
  readonly #bytes: Uint8Array;
  readonly #depth: number;
  #at = 0;

  constructor(bytes: Uint8Array, depth = 0) {
    this.#bytes = bytes;
    this.#depth = depth;
  }

  /** The next field's number and wire type, or null at the end. */
  next(): { readonly field: number; readonly wireType: number } | null {
    if (this.#at === this.#bytes.length) return null;
    const tag = this.varint();
    if (tag < 8 || tag > 0xffff_ffff) throw new FeastFormatError(`${tag} is not the tag of a field`);
    return { field: Math.floor(tag / 8), wireType: tag % 8 };
  }

  /** As int64; beyond 2^53 the nearest double, which no field of these messages needs exactly. */
  varint(): number {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#bytes[this.#take(1)] ?? 0;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return Number(BigInt.asIntN(64, value));
    }
    throw new FeastFormatError('an integer takes more than ten bytes');
  }

  bytes(): Uint8Array {
    const length = this.varint();
    const start = this.#take(length);
    return this.#bytes.subarray(start, start + length);
  }

  message(): WireReader {
    if (this.#depth === maxDepth) throw new FeastFormatError(`messages lie more than ${maxDepth} deep in each other`);
    return new WireReader(this.bytes(), this.#depth + 1);
  }

  text(): string {
    const bytes = this.bytes();
    try {
      return utf8.decode(bytes);
    } catch (cause) {
      throw new FeastFormatError('a text is not UTF-8', { cause });
    }
  }

  skip(wireType: number): void {
    if (wireType === wireTypes.varint) this.varint();
    else if (wireType === wireTypes.fixed64) this.#take(8);
    else if (wireType === wireTypes.bytes) this.bytes();
    else if (wireType === wireTypes.fixed32) this.#take(4);
    // Groups left protobuf before Feast began.
    else throw new FeastFormatError(`wire type ${wireType} is not used by Feast`);
  }

  #take(length: number): number {
    const start = this.#at;
    if (length < 0 || length > this.#bytes.length - start) {
      throw new FeastFormatError(`the message ends too early: ${length} bytes were announced`);
    }
    this.#at = start + length;
    return start;
  }
}
