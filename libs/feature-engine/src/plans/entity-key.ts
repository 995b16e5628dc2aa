import type { KeyEncoding } from '../definitions/definition.ts';

/** The bytes that a producer with this encoding makes of an entity's key; null when the key cannot be encoded so. */
export function encodeEntityKey(key: string, encoding: KeyEncoding): Buffer | null {
  if (encoding === 'string') return Buffer.from(key, 'utf8');
  if (!/^-?\d{1,19}$/.test(key)) return null;
  const value = BigInt(key);
  const bits = encoding === 'int-be' ? 32 : 64;
  if (BigInt.asIntN(bits, value) !== value) return null;
  const bytes = Buffer.alloc(bits / 8);
  if (encoding === 'int-be') bytes.writeInt32BE(Number(value));
  else bytes.writeBigInt64BE(value);
  return bytes;
}

/** The key whose bytes these are; null where they are none. */
export function decodeEntityKey(bytes: Buffer, encoding: KeyEncoding): string | null {
  if (encoding === 'int-be') return bytes.length === 4 ? String(bytes.readInt32BE()) : null;
  if (encoding === 'long-be') return bytes.length === 8 ? String(bytes.readBigInt64BE()) : null;
  const text = bytes.toString('utf8');
  return Buffer.from(text, 'utf8').equals(bytes) ? text : null;
}
