const decimalText = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/;

/**
 * An Avro decimal: the digits without the point, in two's complement, the first byte first. Made from the digits and never through a double.
 * Undefined where the value is no decimal number, or has more digits behind the point than `scale`, or more than fit in `sizeBytes`.
 */
export function decimalBytes(value: unknown, scale: number, sizeBytes?: number): Buffer | undefined {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'bigint') return undefined;
  const unscaled = unscaledOf(String(value).trim(), scale);
  return unscaled === undefined ? undefined : twosComplement(unscaled, sizeBytes);
}

function unscaledOf(text: string, scale: number): bigint | undefined {
  const [, sign, whole = '', fraction = '', exponent = '0'] = decimalText.exec(text) ?? [];
  if (whole + fraction === '') return undefined;
  const zeros = scale - fraction.length + Number(exponent);
  const digits = BigInt(whole + fraction);
  const power = 10n ** BigInt(Math.abs(zeros));
  if (zeros < 0 && digits % power !== 0n) return undefined;
  const magnitude = zeros < 0 ? digits / power : digits * power;
  return sign === '-' ? -magnitude : magnitude;
}

function twosComplement(value: bigint, sizeBytes: number | undefined): Buffer | undefined {
  let needed = 1;
  while (BigInt.asIntN(needed * 8, value) !== value) needed += 1;
  if (sizeBytes !== undefined && needed > sizeBytes) return undefined;
  const bytes = sizeBytes ?? needed;
  const hex = BigInt.asUintN(bytes * 8, value).toString(16);
  return Buffer.from(hex.padStart(bytes * 2, '0'), 'hex');
}
