import { quote } from '../definitions/faults.ts';
import type { ObjectReader } from '../definitions/object-reader.ts';

interface WholeNumberBounds {
  readonly atLeast: number;
  readonly atMost: number;
}

/** A whole number within bounds; undefined where it is absent or a fault. */
export function readWholeNumber(
  reader: ObjectReader,
  key: string,
  { atLeast, atMost }: WholeNumberBounds,
): number | undefined {
  const value = reader.raw(key);
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value >= atLeast && value <= atMost) return value;
  return reader.fault(key, `must be a whole number from ${atLeast} to ${atMost}, not ${quote(value)}`);
}
