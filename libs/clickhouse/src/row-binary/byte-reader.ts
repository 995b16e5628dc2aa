/** The bytes end within a value. */
export class BytesEnded extends Error {
  override readonly name = 'BytesEnded';
}

/** Reads RowBinary in the order of the columns of the SELECT. Throws `BytesEnded` rather than read beyond the end. */
export class ByteReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** Bytes that were read. */
  get position(): number {
    return this.#at;
  }

  byte(): number {
    return this.#bytes.readUInt8(this.#pass(1));
  }

  /** A number where it is exact, else a bigint. */
  int64(): number | bigint {
    const at = this.#pass(8);
    const low = this.#bytes.readUInt32LE(at);
    const high = this.#bytes.readInt32LE(at + 4);
    const value = high * 2 ** 32 + low;
    return Number.isSafeInteger(value) ? value : this.#bytes.readBigInt64LE(at);
  }

  float64(): number {
    return this.#bytes.readDoubleLE(this.#pass(8));
  }

  string(): string {
    const length = this.#varint();
    const at = this.#pass(length);
    return length === 0 ? '' : this.#bytes.toString('utf8', at, at + length);
  }

  /** The same, made anew only where it is another than that one: for columns by which the rows are ordered. */
  stringOrSame(last: string): string {
    const start = this.#at;
    const length = this.#varint();
    const at = this.#pass(length);
    if (length === last.length && this.#isAscii(last, at)) return last;
    this.#at = start;
    return this.string();
  }

  #isAscii(text: string, at: number): boolean {
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      if (code > 0x7f || code !== this.#bytes[at + index]) return false;
    }
    return true;
  }

  #varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }

  /** Where the value begins. */
  #pass(length: number): number {
    const at = this.#at;
    if (at + length > this.#bytes.length) throw new BytesEnded(`${length} bytes were expected at ${at}`);
    this.#at = at + length;
    return at;
  }
}
