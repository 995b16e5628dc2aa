import { OtlpFormatError } from './span.ts';

export const wireTypes = { varint: 0, fixed64: 1, bytes: 2, startGroup: 3, endGroup: 4, fixed32: 5 } as const;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Field by field through the bytes of one protobuf message. Whatever is cut off or impossible is an OtlpFormatError. */
export class WireReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #end: number;
  #at: number;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = start;
    this.#end = end;
  }

  /** The next field's number and wire type, or null at the end. */
  next(): { readonly field: number; readonly wireType: number } | null {
    if (this.#at === this.#end) return null;
    const tag = Number(this.varint());
    const field = Math.floor(tag / 8);
    if (field === 0 || field > 0x1fffffff) throw new OtlpFormatError(`there is no field ${field}`);
    return { field, wireType: tag & 7 };
  }

  varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#bytes[this.#take(1)] ?? 0;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new OtlpFormatError('an integer takes more than ten bytes');
  }

  fixed64(): bigint {
    return this.#view.getBigUint64(this.#take(8), true);
  }

  double(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }

  bytes(): Uint8Array {
    const { start, end } = this.#span();
    return this.#bytes.subarray(start, end);
  }

  string(): string {
    try {
      return utf8.decode(this.bytes());
    } catch (cause) {
      if (cause instanceof OtlpFormatError) throw cause;
      throw new OtlpFormatError('a text is not UTF-8', { cause });
    }
  }

  message(): WireReader {
    const { start, end } = this.#span();
    return new WireReader(this.#bytes, start, end);
  }

  skip(wireType: number): void {
    if (wireType === wireTypes.varint) this.varint();
    else if (wireType === wireTypes.fixed64) this.#take(8);
    else if (wireType === wireTypes.bytes) this.#span();
    else if (wireType === wireTypes.fixed32) this.#take(4);
    // Groups left protobuf before OTLP began.
    else throw new OtlpFormatError(`wire type ${wireType} is not used by OTLP`);
  }

  #span(): { start: number; end: number } {
    const length = Number(this.varint());
    const start = this.#take(length);
    return { start, end: start + length };
  }

  #take(length: number): number {
    const start = this.#at;
    if (length > this.#end - start) throw new OtlpFormatError(`the message ends ${length} bytes too early`);
    this.#at = start + length;
    return start;
  }
}
