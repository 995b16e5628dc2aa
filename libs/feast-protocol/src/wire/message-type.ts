import { FeastFormatError, WireReader } from './wire-reader.ts';
import { wireTypes, WireWriter, type WireType } from './wire-writer.ts';

/** How one field of a message is written and read. */
interface Field<V> {
  readonly number: number;
  readonly wireType: WireType;
  /** Values to write: none for what is the default of its type, as proto3 has it. */
  write(to: WireWriter, value: V): void;
  /** The value with what comes next on the wire: a repeated field comes in pieces. */
  read(from: WireReader, before: V | undefined): V;
}

type FieldsOf<T> = { readonly [K in keyof T]-?: Field<Exclude<T[K], undefined>> };

/** A protobuf message: one table for both directions. Members that are absent or have the default value are not written. */
export class MessageType<T extends object> {
  readonly #fieldsOf: () => FieldsOf<T>;
  #fields: readonly (readonly [keyof T, Field<unknown>])[] | undefined;

  /** The fields as a function: messages hold messages that are defined further down, or themselves. */
  constructor(fieldsOf: () => FieldsOf<T>) {
    this.#fieldsOf = fieldsOf;
  }

  encode(value: T): Uint8Array {
    const writer = new WireWriter();
    for (const [name, field] of this.#inOrder()) {
      if (value[name] !== undefined) field.write(writer, value[name]);
    }
    return writer.finish();
  }

  /** @throws FeastFormatError when the bytes are not such a message. Fields that are not known are skipped. */
  decode(bytes: Uint8Array): T {
    return this.read(new WireReader(bytes));
  }

  read(reader: WireReader): T {
    const found: Partial<T> = {};
    for (let next = reader.next(); next !== null; next = reader.next()) {
      const known = this.#inOrder().find(([, { number }]) => number === next.field);
      if (!known) {
        reader.skip(next.wireType);
        continue;
      }
      const [name, field] = known;
      if (field.wireType !== next.wireType) {
        throw new FeastFormatError(`field ${next.field} (${String(name)}) has wire type ${next.wireType}`);
      }
      found[name] = field.read(reader, found[name]) as T[keyof T];
    }
    return found as T;
  }

  /** By number, which is the order in which every other writer writes them. */
  #inOrder(): readonly (readonly [keyof T, Field<unknown>])[] {
    this.#fields ??= (Object.entries(this.#fieldsOf()) as [keyof T, Field<unknown>][]).sort(
      ([, a], [, b]) => a.number - b.number,
    );
    return this.#fields;
  }
}

export function text(number: number): Field<string> {
  return {
    number,
    wireType: wireTypes.bytes,
    write(to, value) {
      if (value === '') return;
      to.tag(number, wireTypes.bytes);
      to.text(value);
    },
    read: (from) => from.text(),
  };
}

export function integer<V extends number = number>(number: number): Field<V> {
  return {
    number,
    wireType: wireTypes.varint,
    write(to, value) {
      if (value === 0) return;
      to.tag(number, wireTypes.varint);
      to.varint(value);
    },
    read: (from) => from.varint() as V,
  };
}

/** An integer whose presence means something: it is written when it is 0 as well. */
export function optionalInteger(number: number): Field<number> {
  return {
    number,
    wireType: wireTypes.varint,
    write(to, value) {
      to.tag(number, wireTypes.varint);
      to.varint(value);
    },
    read: (from) => from.varint(),
  };
}

export function flag(number: number): Field<boolean> {
  return {
    number,
    wireType: wireTypes.varint,
    write(to, value) {
      if (!value) return;
      to.tag(number, wireTypes.varint);
      to.varint(1);
    },
    read: (from) => from.varint() !== 0,
  };
}

export function message<T extends object>(number: number, type: MessageType<T>): Field<T> {
  return {
    number,
    wireType: wireTypes.bytes,
    write(to, value) {
      to.tag(number, wireTypes.bytes);
      to.bytes(type.encode(value));
    },
    read: (from) => type.read(from.message()),
  };
}

export function messages<T extends object>(number: number, type: MessageType<T>): Field<readonly T[]> {
  return {
    number,
    wireType: wireTypes.bytes,
    write(to, values) {
      for (const value of values) {
        to.tag(number, wireTypes.bytes);
        to.bytes(type.encode(value));
      }
    },
    read: (from, before) => [...(before ?? []), type.read(from.message())],
  };
}

export function texts(number: number): Field<readonly string[]> {
  return {
    number,
    wireType: wireTypes.bytes,
    write(to, values) {
      for (const value of values) {
        to.tag(number, wireTypes.bytes);
        to.text(value);
      }
    },
    read: (from, before) => [...(before ?? []), from.text()],
  };
}

interface MapEntry<V> {
  readonly key?: string;
  readonly value?: V;
}

/** A map by text; entries are written sorted by key, so that equal maps have equal bytes. */
function mapOf<V>(number: number, entry: MessageType<MapEntry<V>>, absent: V): Field<Readonly<Record<string, V>>> {
  return {
    number,
    wireType: wireTypes.bytes,
    write(to, map) {
      for (const key of Object.keys(map).sort()) {
        to.tag(number, wireTypes.bytes);
        to.bytes(entry.encode({ key, value: map[key] ?? absent }));
      }
    },
    read(from, before) {
      const { key = '', value = absent } = entry.read(from.message());
      return { ...before, [key]: value };
    },
  };
}

const textEntry = new MessageType<MapEntry<string>>(() => ({ key: presentText(1), value: presentText(2) }));

export function textMap(number: number): Field<Readonly<Record<string, string>>> {
  return mapOf(number, textEntry, '');
}

export function messageMap<T extends object>(number: number, type: MessageType<T>): Field<Readonly<Record<string, T>>> {
  const entry = new MessageType<MapEntry<T>>(() => ({ key: presentText(1), value: message(2, type) }));
  return mapOf(number, entry, {} as T);
}

/** Entries of maps hold both members whatever their values. */
function presentText(number: number): Field<string> {
  return {
    ...text(number),
    write(to, value) {
      to.tag(number, wireTypes.bytes);
      to.text(value);
    },
  };
}
