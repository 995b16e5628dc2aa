import { varintSize, writeVarint } from './varint.ts';

/** Header of the record that stands for a batch that cannot be unpacked: says what is wrong with it. */
export const UNREADABLE_BATCH = 'millrace-unreadable-batch';

/**
 * The records of a batch that cannot be unpacked, or that unpacks to more than memory should be given to: a single one, in
 * the place of its last, whose value is the batch's packed bytes. So it goes the way of all bad data, to the dead letters
 * with its bytes, instead of ending the fetch again and again.
 */
export function unreadableBatch(packed: Buffer, offsetDelta: number, fault: string): Buffer {
  const name = Buffer.from(UNREADABLE_BATCH);
  const content = Buffer.from(fault);
  const body =
    2 + // record attributes, timestamp delta 0
    varintSize(offsetDelta) +
    varintSize(-1) +
    varintSize(packed.length) +
    packed.length +
    varintSize(1) +
    varintSize(name.length) +
    name.length +
    varintSize(content.length) +
    content.length;
  const target = Buffer.alloc(varintSize(body) + body);
  let at = writeVarint(target, 0, body) + 1;
  at = writeVarint(target, at, 0);
  at = writeVarint(target, at, offsetDelta);
  at = writeVarint(target, at, -1); // no key
  at = writeBytes(target, at, packed);
  at = writeVarint(target, at, 1);
  at = writeBytes(target, at, name);
  writeBytes(target, at, content);
  return target;
}

function writeBytes(target: Buffer, position: number, bytes: Buffer): number {
  const at = writeVarint(target, position, bytes.length);
  return at + bytes.copy(target, at);
}
