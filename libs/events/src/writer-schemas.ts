import type { AvroSchemaJson } from '@millrace/schemas';
import type { Type } from 'avsc';
import { inlineReferences } from './inline-references.ts';
import { plainType } from './plain-types.ts';
import type { UndecodableReason } from './raw-record.ts';
import type { SchemaReference, SchemaRegistry, StoredSchema } from './schema-registry.ts';
import type { SchemaKey } from './schema-reference.ts';

export type WriterSchema =
  | { readonly ok: true; readonly type: Type; readonly schema: AvroSchemaJson }
  | { readonly ok: false; readonly reason: UndecodableReason; readonly message: string; readonly retryAtMs: number };

const negativeTtlMs = 5_000;
const maxNegativeEntries = 10_000;
const maxSchemaBytes = 1024 * 1024;
const parallelLoads = 8;
const maxSchemaId = 0x7fffffff;

/**
 * Writers' schemas by id. A known one is kept for ever, ids are immutable; an unknown one is asked for again after a
 * few seconds, so that a poisoned topic costs one request an id and not one a record.
 */
export class WriterSchemas {
  readonly #registry: SchemaRegistry;
  readonly #now: () => number;
  readonly #known = new Map<SchemaKey, WriterSchema>();
  readonly #loading = new Map<SchemaKey, Promise<void>>();
  #negativeEntries = 0;

  constructor(registry: SchemaRegistry, now: () => number) {
    this.#registry = registry;
    this.#now = now;
  }

  /** What is known of a schema right now; undefined: load it first. */
  peek(key: SchemaKey): WriterSchema | undefined {
    const known = this.#known.get(key);
    return known && !known.ok && known.retryAtMs <= this.#now() ? undefined : known;
  }

  /** Loads what is not known yet; a registry that is down is a TransientError, and nothing is remembered of it. */
  async load(keys: Iterable<SchemaKey>): Promise<void> {
    const missing = [...keys].filter((key) => this.peek(key) === undefined);
    const next = async (): Promise<void> => {
      for (let key = missing.pop(); key !== undefined; key = missing.pop()) await this.#loadOnce(key);
    };
    await Promise.all(Array.from({ length: Math.min(parallelLoads, missing.length) }, next));
  }

  async get(key: SchemaKey): Promise<WriterSchema | undefined> {
    if (this.peek(key) === undefined) await this.#loadOnce(key);
    return this.#known.get(key);
  }

  async #loadOnce(key: SchemaKey): Promise<void> {
    const running = this.#loading.get(key) ?? this.#load(key).finally(() => this.#loading.delete(key));
    this.#loading.set(key, running);
    await running;
  }

  async #load(key: SchemaKey): Promise<void> {
    const stored = await this.#stored(key);
    if (stored === null) {
      this.#refuse(key, 'unknown-schema-id', `the schema registry does not know schema ${nameOf(key)}`);
      return;
    }
    try {
      const { type, schema } = await this.parse(stored);
      this.#known.set(key, { ok: true, type, schema });
    } catch (error) {
      if (!(error instanceof SchemaFault)) throw error;
      this.#refuse(key, 'undecodable', `schema ${nameOf(key)}: ${error.message}`);
    }
  }

  /** A registry numbers in 32 bits with a sign: of a larger id it says that it is wrong, as of any fault of ours. */
  async #stored(key: SchemaKey): Promise<StoredSchema | null> {
    if (typeof key === 'string') return this.#registry.schemaByGuid(key);
    return key > maxSchemaId ? null : this.#registry.schemaById(key);
  }

  /** The type that reads a stored schema's records, and the schema with the schemas that it refers to. */
  async parse(stored: StoredSchema): Promise<{ type: Type; schema: AvroSchemaJson }> {
    const { schemaType = 'AVRO' } = stored;
    if (schemaType !== 'AVRO') throw new SchemaFault(`it is ${schemaType}, only AVRO is read`);
    const referenced = new Map<string, AvroSchemaJson>();
    await this.#addReferences(stored.references ?? [], referenced, 0);
    const schema = inlineReferences(parseJson(stored.schema), referenced);
    return { type: typeOf(schema), schema };
  }

  async #addReferences(
    references: readonly SchemaReference[],
    referenced: Map<string, AvroSchemaJson>,
    depth: number,
  ): Promise<void> {
    if (depth > 16) throw new SchemaFault('its references are nested deeper than 16');
    for (const reference of references) {
      if (referenced.has(reference.name)) continue;
      const stored = await this.#registry.schemaOfVersion(reference);
      if (!stored) {
        throw new SchemaFault(
          `it refers to subject "${reference.subject}" version ${reference.version}, which is gone`,
        );
      }
      referenced.set(reference.name, parseJson(stored.schema));
      await this.#addReferences(stored.references ?? [], referenced, depth + 1);
    }
  }

  #refuse(key: SchemaKey, reason: UndecodableReason, message: string): void {
    if (++this.#negativeEntries > maxNegativeEntries) {
      for (const [known, { ok }] of this.#known) if (!ok) this.#known.delete(known);
      this.#negativeEntries = 1;
    }
    this.#known.set(key, { ok: false, reason, message, retryAtMs: this.#now() + negativeTtlMs });
  }
}

/** A schema that cannot be used, whoever asks: its records are undecodable. */
export class SchemaFault extends Error {}

function parseJson(text: string): AvroSchemaJson {
  if (text.length > maxSchemaBytes)
    throw new SchemaFault(`it is ${text.length} bytes long, ${maxSchemaBytes} are read`);
  try {
    return JSON.parse(text) as AvroSchemaJson;
  } catch (error) {
    throw new SchemaFault('it is not JSON', { cause: error });
  }
}

function typeOf(schema: AvroSchemaJson): Type {
  try {
    return plainType(schema);
  } catch (error) {
    throw new SchemaFault(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function nameOf(key: SchemaKey): string {
  return typeof key === 'number' ? `id ${key}` : `GUID ${key}`;
}
