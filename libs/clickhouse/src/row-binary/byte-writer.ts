/** Even in the widest encoding the length of such a string is one byte. */
const SHORT = 42;

/** One growing buffer. Writers append; `truncate` takes a half-written row back. */
export class ByteWriter {
  #buffer: Buffer;
  #length = 0;

  constructor(initialBytes = 16_384) {
    this.#buffer = Buffer.allocUnsafe(initialBytes);
  }

  get length(): number {
    return this.#length;
  }

  /** The bytes written so far; valid until the next write. */
  bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  truncate(length: number): void {
    this.#length = length;
  }

  /** Starts again; a buffer that one large batch made large is given back. */
  reset(keepBytes = 1 << 20): void {
    this.#length = 0;
    if (this.#buffer.length > keepBytes) this.#buffer = Buffer.allocUnsafe(16_384);
  }

  byte(value: number): void {
    const at = this.#reserve(1);
    this.#buffer[at] = value;
  }

  /** Little-endian base 128, as ClickHouse writes lengths. */
  varint(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.byte((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.byte(rest);
  }

  uint16(value: number): void {
    const at = this.#reserve(2);
    this.#buffer[at] = value;
    this.#buffer[at + 1] = value >>> 8;
  }

  /** The low 32 bits, signed or not. */
  int32(value: number): void {
    const at = this.#reserve(4);
    const buffer = this.#buffer;
    buffer[at] = value;
    buffer[at + 1] = value >>> 8;
    buffer[at + 2] = value >>> 16;
    buffer[at + 3] = value >>> 24;
  }

  /** A whole number within the safe range, as 64 bits in two's complement. */
  safeInt64(value: number): void {
    this.int32(value | 0);
    this.int32(Math.floor(value / 4_294_967_296));
  }

  /** The low 64 bits. */
  bigInt64(value: bigint): void {
    const at = this.#reserve(8);
    this.#buffer.writeBigUInt64LE(BigInt.asUintN(64, value), at);
  }

  float32(value: number): void {
    const at = this.#reserve(4);
    this.#buffer.writeFloatLE(value, at);
  }

  float64(value: number): void {
    const at = this.#reserve(8);
    this.#buffer.writeDoubleLE(value, at);
  }

  raw(bytes: Uint8Array): void {
    const at = this.#reserve(bytes.length);
    this.#buffer.set(bytes, at);
  }

  /** All values after one look at the space that is left. */
  float64s(values: ArrayLike<number>): void {
    const at = this.#reserve(values.length * 8);
    for (let i = 0; i < values.length; i++) this.#buffer.writeDoubleLE(values[i] ?? Number.NaN, at + i * 8);
  }

  /** Length and UTF-8 bytes. Short ASCII is written here: the call into the runtime costs more than the characters. */
  string(value: string): void {
    const { length } = value;
    if (length <= SHORT) {
      const at = this.#reserve(1 + length * 3);
      const buffer = this.#buffer;
      let i = 0;
      for (; i < length; i++) {
        const code = value.charCodeAt(i);
        if (code >= 0x80) break;
        buffer[at + 1 + i] = code;
      }
      const bytes = i === length ? length : buffer.write(value, at + 1, 'utf8');
      buffer[at] = bytes;
      this.#length = at + 1 + bytes;
      return;
    }
    const bytes = Buffer.byteLength(value, 'utf8');
    this.varint(bytes);
    const at = this.#reserve(bytes);
    this.#buffer.write(value, at, 'utf8');
  }

  #reserve(bytes: number): number {
    const at = this.#length;
    const end = at + bytes;
    if (end > this.#buffer.length) {
      const grown = Buffer.allocUnsafe(Math.max(end, this.#buffer.length * 2));
      this.#buffer.copy(grown, 0, 0, at);
      this.#buffer = grown;
    }
    this.#length = end;
    return at;
  }
}
