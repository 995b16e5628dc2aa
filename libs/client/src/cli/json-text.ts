/** A decoded event as one line of JSON: bytes in base64, big integers in decimal, NaN and infinities by name. */
export function jsonText(value: unknown, space?: number): string {
  return JSON.stringify(value, plain, space);
}

/** Buffers have a toJSON of their own, which has been called by the time a replacer sees them. */
function plain(this: unknown, key: string, value: unknown): unknown {
  const original = (this as Readonly<Record<string, unknown>>)[key];
  if (original instanceof Uint8Array) return Buffer.from(original).toString('base64');
  if (typeof original === 'bigint') return original.toString();
  if (typeof original === 'number' && !Number.isFinite(original)) return String(original);
  return value;
}
