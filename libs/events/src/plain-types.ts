import type { AvroSchemaJson } from '@millrace/schemas';
import type { Schema, Type } from 'avsc';
import { DecimalType } from './decimal-type.ts';
import { readWideLong } from './exact-longs.ts';
import type { LongTap } from './exact-longs.ts';
import { avroOptions, avsc } from './load-avsc.ts';

/** A long of a foreign schema: an identifier beyond 2^53 is a bigint, and no reason to refuse the record it is in. */
class WideLongType extends avsc.types.LongType {
  _read(tap: LongTap): number | bigint {
    return readWideLong(tap);
  }
}

interface Readable {
  _read(tap: LongTap): unknown;
}

/** A union whose values come as they are also where the branch cannot be told from them, as of int and double. */
class PlainUnionType extends avsc.types.WrappedUnionType {
  _read(tap: LongTap): unknown {
    const index = tap.readLong();
    const branch = this.types[index] as Readable | undefined;
    if (branch === undefined) throw new RangeError(`a union has no branch ${index}`);
    return branch._read(tap);
  }
}

/**
 * The type of a foreign schema for reading: every field is a plain value. Longs are numbers where a number holds them and
 * bigints otherwise, decimals are numbers, values of any union are those of their branch. It does not write: what is read
 * from a union no longer says which branch it was.
 */
export function plainType(schema: AvroSchemaJson): Type {
  return avsc.Type.forSchema(schema as Schema, {
    ...avroOptions,
    logicalTypes: { decimal: DecimalType },
    typeHook: (part, options) => {
      if (Array.isArray(part)) return new PlainUnionType(part, options);
      const isLong = part === 'long' || (typeof part === 'object' && 'type' in part && part.type === 'long');
      return isLong ? new WideLongType() : undefined;
    },
  });
}
