const utf8 = new TextEncoder();

export const wireTypes = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;
export type WireType = (typeof wireTypes)[keyof typeof wireTypes];

/** The bytes of one protobuf message, field by field. */
export class WireWriter {
  readonly #parts: Uint8Array[] = [];
  #small: number[] = [];

  tag(field: number, wireType: WireType): void {
    this.varint(field * 8 + wireType);
  }

  /** A whole number; a negative one takes ten bytes, as protobuf's int32, int64 and enums have it. */
  varint(value: number): void {
    if (value >= 0 && value < 0x8000_0000) {
      let rest = value;
      for (; rest > 0x7f; rest >>>= 7) this.#small.push((rest & 0x7f) | 0x80);
      this.#small.push(rest);
      return;
    }
    let rest = BigInt.asUintN(64, BigInt(value));
    for (; rest > 0x7fn; rest >>= 7n) this.#small.push(Number(rest & 0x7fn) | 0x80);
    this.#small.push(Number(rest));
  }

  bytes(value: Uint8Array): void {
    this.varint(value.length);
    this.#parts.push(Uint8Array.from(this.#small), value);
    this.#small = [];
  }

  text(value: string): void {
    this.bytes(utf8.encode(value));
  }

  finish(): Uint8Array {
    const parts = [...this.#parts, Uint8Array.from(this.#small)];
    const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }
}
