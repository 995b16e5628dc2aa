import { Word64 } from './word64.ts';

const prime1 = new Word64(0x9e3779b1, 0x85ebca87);
const prime2 = new Word64(0xc2b2ae3d, 0x27d4eb4f);
const prime3 = new Word64(0x165667b1, 0x9e3779f9);
const prime4 = new Word64(0x85ebca77, 0xc2b2ae63);
const prime5 = new Word64(0x27d4eb2f, 0x165667c5);

/**
 * XXH64 with seed 0 (Y. Collet, github.com/Cyan4973/xxHash, doc/xxhash_spec.md): ClickHouse's `xxHash64(text)` for UTF-8
 * bytes. The result is overwritten by the next call of the same instance.
 */
export class Xxh64 {
  readonly #hash = new Word64(0, 0);
  readonly #input = new Word64(0, 0);
  readonly #lanes = [new Word64(0, 0), new Word64(0, 0), new Word64(0, 0), new Word64(0, 0)] as const;
  readonly #double = new Float64Array(1);
  readonly #doubleBytes = new Uint8Array(this.#double.buffer);
  readonly #encoder = new TextEncoder();
  #text = new Uint8Array(256);

  ofText(text: string): Word64 {
    // A UTF-16 unit becomes three bytes at most.
    if (text.length * 3 > this.#text.length) this.#text = new Uint8Array(text.length * 3);
    return this.ofBytes(this.#text, this.#encoder.encodeInto(text, this.#text).written);
  }

  /** Of the eight bytes of a double, least significant first, as ClickHouse hashes a Float64; -0 is 0. */
  ofNumber(value: number): Word64 {
    this.#double[0] = value + 0;
    return this.ofBytes(this.#doubleBytes, 8);
  }

  ofBytes(bytes: Uint8Array, length = bytes.length): Word64 {
    const hash = this.#hash;
    let at = 0;
    if (length >= 32) at = this.#stripes(bytes, length);
    else hash.set(prime5);
    hash.add(this.#input.setHalves(0, length));
    for (; at + 8 <= length; at += 8) {
      hash.xor(round(this.#read(bytes, at).multiply(prime2))).rotateLeft(27);
      hash.multiply(prime1).add(prime4);
    }
    if (at + 4 <= length) {
      hash.xor(this.#input.setHalves(0, readHalf(bytes, at)).multiply(prime1)).rotateLeft(23);
      hash.multiply(prime2).add(prime3);
      at += 4;
    }
    for (; at < length; at += 1) {
      hash.xor(this.#input.setHalves(0, bytes[at] ?? 0).multiply(prime5)).rotateLeft(11);
      hash.multiply(prime1);
    }
    hash.xorShiftRight(33).multiply(prime2);
    return hash.xorShiftRight(29).multiply(prime3).xorShiftRight(32);
  }

  /** Takes in whole stripes of 32 bytes; returns where they end. */
  #stripes(bytes: Uint8Array, length: number): number {
    const [first, second, third, fourth] = this.#lanes;
    first.set(prime1).add(prime2);
    second.set(prime2);
    third.setHalves(0, 0);
    // 0 - prime1.
    fourth.setHalves(~prime1.high, ~prime1.low + 1);
    let at = 0;
    for (; at + 32 <= length; at += 32) {
      for (let lane = 0; lane < 4; lane += 1) {
        round((this.#lanes[lane] as Word64).add(this.#read(bytes, at + lane * 8).multiply(prime2)));
      }
    }
    const hash = this.#hash.set(first).rotateLeft(1);
    hash.add(this.#input.set(second).rotateLeft(7));
    hash.add(this.#input.set(third).rotateLeft(12));
    hash.add(this.#input.set(fourth).rotateLeft(18));
    for (const lane of this.#lanes)
      hash
        .xor(round(lane.multiply(prime2)))
        .multiply(prime1)
        .add(prime4);
    return at;
  }

  #read(bytes: Uint8Array, at: number): Word64 {
    return this.#input.setHalves(readHalf(bytes, at + 4), readHalf(bytes, at));
  }
}

/** The end of a round: what was added to the lane has been multiplied already. */
function round(lane: Word64): Word64 {
  return lane.rotateLeft(31).multiply(prime1);
}

function readHalf(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
}
