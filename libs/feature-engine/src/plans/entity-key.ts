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
