/** Appends numbers and texts to bytes, little-endian; grows as needed. */
export class ByteWriter {
  #bytes = Buffer.allocUnsafe(256);
  #length = 0;

  u8(value: number): void {
    this.#room(1);
    this.#length = this.#bytes.writeUInt8(value, this.#length);
  }

  u16(value: number): void {
    this.#room(2);
    this.#length = this.#bytes.writeUInt16LE(value, this.#length);
  }

  u32(value: number): void {
    this.#room(4);
    this.#length = this.#bytes.writeUInt32LE(value, this.#length);
  }

  i32(value: number): void {
    this.#room(4);
    this.#length = this.#bytes.writeInt32LE(value, this.#length);
  }

  f64(value: number): void {
    this.#room(8);
    this.#length = this.#bytes.writeDoubleLE(value, this.#length);
  }

  /** Bytes as they are; whoever reads them must know how many. */
  raw(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** UTF-8 behind its length as u32. */
  text(text: string): void {
    const bytes = Buffer.from(text, 'utf8');
    this.u32(bytes.length);
    this.raw(bytes);
  }

  /** A copy that further writing does not touch. */
  done(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.#length));
  }

  #room(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}

/** Reads what a `ByteWriter` wrote, in the same order. */
export class ByteReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  u8(): number {
    return this.#bytes.readUInt8(this.#move(1));
  }

  u16(): number {
    return this.#bytes.readUInt16LE(this.#move(2));
  }

  u32(): number {
    return this.#bytes.readUInt32LE(this.#move(4));
  }

  i32(): number {
    return this.#bytes.readInt32LE(this.#move(4));
  }

  f64(): number {
    return this.#bytes.readDoubleLE(this.#move(8));
  }

  /** A copy: the bytes read from are a network buffer that must not be kept alive. */
  raw(length: number): Uint8Array {
    const at = this.#move(length);
    return new Uint8Array(this.#bytes.subarray(at, at + length));
  }

  text(): string {
    const length = this.u32();
    const at = this.#move(length);
    return this.#bytes.toString('utf8', at, at + length);
  }

  /** @throws RangeError when fewer bytes are left. */
  #move(bytes: number): number {
    const at = this.#at;
    if (at + bytes > this.#bytes.length)
      throw new RangeError(`${bytes} bytes are needed at ${at}, and there are ${this.left}`);
    this.#at += bytes;
    return at;
  }
}
