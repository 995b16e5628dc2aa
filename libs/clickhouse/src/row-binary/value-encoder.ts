import type { ByteWriter } from './byte-writer.ts';
import type { ColumnType } from './column-type.ts';

/** Appends one value. Throws `ValueError` for a value that the type cannot hold, possibly after writing a part of it. */
export type ValueEncoder = (writer: ByteWriter, value: unknown) => void;

/** A value that its column cannot hold: bad data, not a fault of ours. */
export class ValueError extends Error {
  override readonly name = 'ValueError';
}

/** The encoder of a column type, chosen once: nothing is decided by type for a row. */
export function valueEncoder(type: ColumnType): ValueEncoder {
  switch (type.kind) {
    case 'string':
      return encodeString;
    case 'bool':
      return (writer, value) => {
        if (typeof value !== 'boolean') throw wrong('a boolean', value);
        writer.byte(value ? 1 : 0);
      };
    case 'float32':
      return (writer, value) => writer.float32(numberOf(value));
    case 'float64':
      return (writer, value) => writer.float64(numberOf(value));
    case 'uuid':
      return encodeUuid;
    case 'integer':
      return integerEncoder(type.bits, type.signed);
    case 'datetime64':
      return dateTimeEncoder(type.precision);
    case 'nullable':
      return nullableEncoder(valueEncoder(type.of));
    case 'array':
      return type.of.kind === 'float64' ? encodeFloat64s : arrayEncoder(valueEncoder(type.of));
    case 'map':
      return mapEncoder(valueEncoder(type.key), valueEncoder(type.value));
    case 'tuple':
      return tupleEncoder(type.items.map(({ name, type: item }) => ({ name, encode: valueEncoder(item) })));
    default:
      return assertNever(type);
  }
}

function encodeString(writer: ByteWriter, value: unknown): void {
  if (typeof value === 'string') {
    writer.string(value);
  } else if (value instanceof Uint8Array) {
    writer.varint(value.length);
    writer.raw(value);
  } else {
    throw wrong('a string or bytes', value);
  }
}

const UUID = /^([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})$/i;

/** Two little-endian 64-bit halves. */
function encodeUuid(writer: ByteWriter, value: unknown): void {
  const parts = typeof value === 'string' ? UUID.exec(value) : null;
  if (!parts) throw wrong('a UUID', value);
  writer.bigInt64(BigInt(`0x${parts[1]}${parts[2]}${parts[3]}`));
  writer.bigInt64(BigInt(`0x${parts[4]}${parts[5]}`));
}

function integerEncoder(bits: 8 | 16 | 32 | 64, signed: boolean): ValueEncoder {
  const name = `a whole number of ${bits} bits${signed ? '' : ' without sign'}`;
  if (bits === 64) return wideIntegerEncoder(name, signed);
  const min = signed ? -(2 ** (bits - 1)) : 0;
  const max = signed ? 2 ** (bits - 1) - 1 : 2 ** bits - 1;
  const write = { 8: 'byte', 16: 'uint16', 32: 'int32' } as const;
  const method = write[bits];
  return (writer, value) => {
    const whole = typeof value === 'bigint' ? Number(value) : value;
    if (typeof whole !== 'number' || !Number.isInteger(whole) || whole < min || whole > max) throw wrong(name, value);
    writer[method](whole);
  };
}

function wideIntegerEncoder(name: string, signed: boolean): ValueEncoder {
  const min = signed ? -(2n ** 63n) : 0n;
  const max = signed ? 2n ** 63n - 1n : 2n ** 64n - 1n;
  return (writer, value) => {
    if (typeof value === 'number') {
      if (!Number.isSafeInteger(value) || (value < 0 && !signed)) throw wrong(name, value);
      writer.safeInt64(value);
    } else if (typeof value === 'bigint' && value >= min && value <= max) {
      writer.bigInt64(value);
    } else {
      throw wrong(name, value);
    }
  };
}

function dateTimeEncoder(precision: number): ValueEncoder {
  const scale = 10 ** (precision - 3);
  return (writer, value) => {
    const ms = value instanceof Date ? value.getTime() : value;
    if (typeof ms !== 'number' || !Number.isFinite(ms)) throw wrong('a time in milliseconds', value);
    const ticks = scale === 1 ? Math.trunc(ms) : Math.trunc(ms * scale);
    if (!Number.isSafeInteger(ticks)) throw wrong('a time in milliseconds', value);
    writer.safeInt64(ticks);
  };
}

function nullableEncoder(encode: ValueEncoder): ValueEncoder {
  return (writer, value) => {
    if (value === null || value === undefined) {
      writer.byte(1);
      return;
    }
    writer.byte(0);
    encode(writer, value);
  };
}

/** Feature vectors: the most of what is written. */
function encodeFloat64s(writer: ByteWriter, value: unknown): void {
  if (!Array.isArray(value) && !(value instanceof Float64Array)) throw wrong('an array', value);
  for (let i = 0; i < value.length; i++) numberOf(value[i]);
  writer.varint(value.length);
  writer.float64s(value);
}

function arrayEncoder(encode: ValueEncoder): ValueEncoder {
  return (writer, value) => {
    if (!Array.isArray(value) && !(value instanceof Float64Array)) throw wrong('an array', value);
    writer.varint(value.length);
    for (let i = 0; i < value.length; i++) encode(writer, value[i]);
  };
}

function mapEncoder(encodeKey: ValueEncoder, encodeValue: ValueEncoder): ValueEncoder {
  return (writer, value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong('a map', value);
    const entries = value instanceof Map ? [...value] : Object.entries(value);
    writer.varint(entries.length);
    for (const [key, item] of entries) {
      encodeKey(writer, key);
      encodeValue(writer, item);
    }
  };
}

function tupleEncoder(items: readonly { name: string | null; encode: ValueEncoder }[]): ValueEncoder {
  return (writer, value) => {
    if (Array.isArray(value)) {
      if (value.length !== items.length) throw wrong(`a tuple of ${items.length}`, value);
      items.forEach(({ encode }, i) => encode(writer, value[i]));
      return;
    }
    if (typeof value !== 'object' || value === null) throw wrong('a tuple', value);
    const fields = value as Readonly<Record<string, unknown>>;
    for (const { name, encode } of items) {
      if (name === null) throw wrong('an array for a tuple without names', value);
      encode(writer, fields[name]);
    }
  };
}

function numberOf(value: unknown): number {
  if (typeof value === 'number') return value;
  throw wrong('a number', value);
}

/** Says what kind of value came, never the value: messages end up in logs and dead letters. */
function wrong(wanted: string, value: unknown): ValueError {
  const got = value === null ? 'null' : Array.isArray(value) ? 'an array' : typeof value;
  const detail = typeof value === 'number' ? ` ${value}` : '';
  return new ValueError(`${wanted} is needed, ${got}${detail} came`);
}

function assertNever(type: never): never {
  throw new Error(`unknown column type ${JSON.stringify(type)}`);
}
