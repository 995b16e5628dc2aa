import type { Schema, Type } from 'avsc';
import { avsc } from './load-avsc.ts';

/** More digits than any number has a use for; a foreign schema may ask for millions. */
const maxPrecision = 1_000;
const maxBytes = 512;
/** Up to here an unscaled value and its power of ten are both exact, and so the quotient is the nearest number. */
const exactBytes = 6;
const exactScale = 22;

/**
 * Avro's `decimal` over bytes or fixed as a number: the one nearest to the decimal, which is exact to 15 significant
 * digits. A declaration that the specification does not allow is ignored, as it says, and leaves bytes.
 */
export class DecimalType extends avsc.types.LogicalType {
  readonly #scale: number;

  constructor(schema: Schema, options?: unknown) {
    super(schema, options);
    const { precision, scale = 0 } = schema as { readonly precision?: unknown; readonly scale?: unknown };
    if (!isWhole(precision, 1, maxPrecision) || !isWhole(scale, 0, precision) || !isBinary(this.underlyingType))
      throw new RangeError('no decimal');
    this.#scale = scale;
  }

  protected override _fromValue(bytes: Buffer | undefined): number {
    // The buffer ended: whoever reads finds out right after this.
    if (bytes === undefined) return NaN;
    return decimalOf(bytes, this.#scale);
  }

  protected override _toValue(): undefined {
    return undefined;
  }

  protected override _resolve(): undefined {
    return undefined;
  }
}

/** The number nearest to a big-endian two's complement whole number divided by a power of ten. */
export function decimalOf(bytes: Buffer, scale: number): number {
  if (bytes.length === 0) return 0;
  if (bytes.length <= exactBytes && scale <= exactScale) return bytes.readIntBE(0, bytes.length) / 10 ** scale;
  if (bytes.length > maxBytes) throw new RangeError(`a decimal of ${bytes.length} bytes: ${maxBytes} are read`);
  const unscaled = BigInt.asIntN(bytes.length * 8, BigInt(`0x${bytes.toString('hex')}`));
  return Number(`${unscaled}e-${scale}`);
}

function isWhole(value: unknown, min: number, max: number): value is number {
  return Number.isInteger(value) && (value as number) >= min && (value as number) <= max;
}

function isBinary(type: Type): boolean {
  return type.typeName === 'bytes' || type.typeName === 'fixed';
}
