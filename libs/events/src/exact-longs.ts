/** avsc's cursor over a buffer, as far as longs go. */
export interface LongTap {
  readonly buf: Buffer;
  pos: number;
  readLong: (this: LongTap) => number;
  writeLong: (this: LongTap, value: number) => void;
}

/** Below this avsc's own arithmetic is exact: it doubles a number before it looks at its sign. */
const easyLimit = 2 ** 51;
/** Of a long of 64 bits. */
const maxBytes = 10;

/** Makes avsc read and write longs exactly: from 2^52 on it gives another number, with the other sign, without a word. */
export function exactLongs(tap: LongTap): void {
  const { readLong, writeLong } = tap;
  tap.readLong = function (this: LongTap) {
    const { pos } = this;
    const easy = readLong.call(this);
    return easy < easyLimit && easy > -easyLimit ? easy : Number(bigLong(this, pos));
  };
  tap.writeLong = function (this: LongTap, value) {
    if (value < easyLimit && value > -easyLimit) writeLong.call(this, value);
    else writeBigLong(this, BigInt(value));
  };
}

/** A number where one holds the value, a bigint otherwise: an identifier, or a time in nanoseconds. */
export function readWideLong(tap: LongTap): number | bigint {
  const { pos } = tap;
  const value = tap.readLong();
  return Number.isSafeInteger(value) ? value : bigLong(tap, pos);
}

/** The long between `start` and where the cursor is now. */
function bigLong({ buf, pos }: LongTap, start: number): bigint {
  if (pos - start > maxBytes) throw new RangeError(`a long of ${pos - start} bytes: ${maxBytes} are possible`);
  let zigzag = 0n;
  for (let at = start, shift = 0n; at < pos; at++, shift += 7n) zigzag |= BigInt((buf[at] ?? 0) & 0x7f) << shift;
  return BigInt.asIntN(64, (zigzag >> 1n) ^ -(zigzag & 1n));
}

function writeBigLong(tap: LongTap, value: bigint): void {
  const { buf } = tap;
  let zigzag = value < 0n ? -2n * value - 1n : 2n * value;
  for (; zigzag >= 0x80n; zigzag >>= 7n) buf[tap.pos++] = Number(zigzag & 0x7fn) | 0x80;
  buf[tap.pos++] = Number(zigzag);
}
