import type { Type } from 'avsc';
import type { DecodeResult, RawRecord } from './raw-record.ts';
import { framingOf } from './schema-reference.ts';
import type { SchemaKey } from './schema-reference.ts';
import type { WriterSchema, WriterSchemas } from './writer-schemas.ts';

export interface AvroReader<T> {
  /** One result a record, in order. Loads unknown schema ids first; a registry that is down is a TransientError. */
  decodeBatch(records: readonly RawRecord[]): Promise<DecodeResult<T>[]>;
}

type Resolver = NonNullable<Parameters<Type['decode']>[2]>;

interface Decoding {
  readonly type: Type;
  /** Absent where reader and writer agree, which is twice as fast. */
  readonly resolver: Resolver | undefined;
  /** Why this writer's records cannot be read with the reader's schema. */
  readonly fault: string | null;
}

/** Decodes batches with one resolver a writer schema, made when the schema is first met and kept. */
export class CachedAvroReader<T> implements AvroReader<T> {
  readonly #schemas: WriterSchemas;
  readonly #readerType: Type | null;
  readonly #decodings = new Map<SchemaKey, Decoding>();

  /** Without a reader type records come as their writer wrote them. */
  constructor(schemas: WriterSchemas, readerType: Type | null) {
    this.#schemas = schemas;
    this.#readerType = readerType;
  }

  async decodeBatch(records: readonly RawRecord[]): Promise<DecodeResult<T>[]> {
    const missing = this.#missing(records);
    if (missing) await this.#schemas.load(missing);
    return records.map((record) => this.#decode(record));
  }

  #missing(records: readonly RawRecord[]): Set<SchemaKey> | null {
    let missing: Set<SchemaKey> | null = null;
    for (const record of records) {
      if (record.value === null) continue;
      const framing = framingOf(record, record.value);
      if (!framing.ok || this.#decodings.has(framing.key)) continue;
      if (this.#schemas.peek(framing.key) === undefined) (missing ??= new Set()).add(framing.key);
    }
    return missing;
  }

  #decode(record: RawRecord): DecodeResult<T> {
    const { value } = record;
    if (value === null) return { ok: false, reason: 'null-value', message: 'the record has no value' };
    const framing = framingOf(record, value);
    if (!framing.ok) return { ok: false, reason: 'not-framed', message: framing.message };
    const { key, bodyAt } = framing;
    let decoding = this.#decodings.get(key);
    if (!decoding) {
      const schema = this.#schemas.peek(key);
      if (!schema?.ok) return refused(schema);
      decoding = this.#decodingFor(schema.type);
      this.#decodings.set(key, decoding);
    }
    if (decoding.fault !== null) return { ok: false, reason: 'undecodable', message: decoding.fault };
    try {
      const decoded: { value: T; offset: number } = decoding.type.decode(value, bodyAt, decoding.resolver);
      if (decoded.offset === value.length) {
        return { ok: true, value: decoded.value, schemaId: typeof key === 'number' ? key : -1 };
      }
      const message =
        decoded.offset < 0 ? 'the value ends too early' : `${value.length - decoded.offset} bytes are left over`;
      return { ok: false, reason: 'undecodable', message };
    } catch (error) {
      // A type that holds itself may be nested deeper than the stack, which is an error like any other.
      return { ok: false, reason: 'undecodable', message: error instanceof Error ? error.message : String(error) };
    }
  }

  #decodingFor(writerType: Type): Decoding {
    const readerType = this.#readerType;
    if (!readerType || readerType.equals(writerType)) {
      return { type: readerType ?? writerType, resolver: undefined, fault: null };
    }
    try {
      return { type: readerType, resolver: readerType.createResolver(writerType), fault: null };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return {
        type: readerType,
        resolver: undefined,
        fault: `the writer's schema does not fit the reader's: ${reason}`,
      };
    }
  }
}

function refused(schema: Extract<WriterSchema, { ok: false }> | undefined): DecodeResult<never> {
  if (!schema) return { ok: false, reason: 'unknown-schema-id', message: 'the schema was not loaded' };
  return { ok: false, reason: schema.reason, message: schema.message };
}
