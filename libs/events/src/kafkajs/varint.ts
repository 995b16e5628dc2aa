/** Zigzag varints of Kafka's record format, for non-negative values and for -1 (null). */

export function varintSize(value: number): number {
  let zigzag = value < 0 ? -2 * value - 1 : 2 * value;
  let size = 1;
  while (zigzag >= 0x80) {
    zigzag = zigzag < 0x80000000 ? zigzag >>> 7 : Math.floor(zigzag / 0x80);
    size++;
  }
  return size;
}

/** Writes and returns the next position. */
export function writeVarint(target: Buffer, position: number, value: number): number {
  let zigzag = value < 0 ? -2 * value - 1 : 2 * value;
  let at = position;
  while (zigzag >= 0x80) {
    target[at++] = (zigzag % 0x80) | 0x80;
    zigzag = zigzag < 0x80000000 ? zigzag >>> 7 : Math.floor(zigzag / 0x80);
  }
  target[at++] = zigzag;
  return at;
}
