import type { AvroSchemaJson } from '@millrace/schemas';
import type { Schema } from 'avsc';
import { faultsIn } from './avro-faults.ts';
import { CachedAvroReader } from './avro-reader.ts';
import type { AvroReader } from './avro-reader.ts';
import { SlabAvroWriter } from './avro-writer.ts';
import type { AvroWriter } from './avro-writer.ts';
import { EventsError } from './errors.ts';
import { avroOptions, avsc } from './load-avsc.ts';
import type { SchemaRegistry, StoredSchema } from './schema-registry.ts';
import { SchemaFault, WriterSchemas } from './writer-schemas.ts';

export interface RegisteredSchema {
  readonly schemaId: number;
  readonly schema: AvroSchemaJson;
}

export interface RegisteredWriter<T> extends RegisteredSchema {
  readonly writer: AvroWriter<T>;
}

/** Avro in Confluent's wire format. Types and resolvers are made once a schema, never once a record. */
export class AvroCodec {
  readonly #registry: SchemaRegistry;
  readonly #schemas: WriterSchemas;
  readonly #writers = new Map<string, Promise<AvroWriter<unknown>>>();

  constructor(registry: SchemaRegistry, now: () => number) {
    this.#registry = registry;
    this.#schemas = new WriterSchemas(registry, now);
  }

  /**
   * A writer under a subject (see subjectOf; prefix the topic's name first). Registers the schema with compatibility
   * BACKWARD_TRANSITIVE; one that cannot read its predecessors is EVENTS_SCHEMA_INCOMPATIBLE. Cached.
   */
  writer<T>(subject: string, schema: AvroSchemaJson): Promise<AvroWriter<T>> {
    const text = JSON.stringify(schema);
    const key = `${subject} ${text}`;
    let writer = this.#writers.get(key);
    if (!writer) {
      writer = this.#makeWriter(subject, schema, text);
      this.#writers.set(key, writer);
      writer.catch(() => this.#writers.delete(key)); // an outage is not remembered
    }
    return writer;
  }

  /**
   * A reader that gives records as `readerSchema` says, or as their writers wrote them, with a plain value for every field
   * (see plainType). Keep it: it holds the resolvers.
   */
  reader<T>(readerSchema?: AvroSchemaJson): AvroReader<T> {
    const type = readerSchema === undefined ? null : avsc.Type.forSchema(readerSchema as Schema, { ...avroOptions });
    return new CachedAvroReader<T>(this.#schemas, type);
  }

  /** The schema of an id, with the ids that DecodeResult carries; null when the registry has none or it is unusable. */
  async schemaOf(schemaId: number): Promise<AvroSchemaJson | null> {
    const schema = await this.#schemas.get(schemaId);
    return schema?.ok ? schema.schema : null;
  }

  /**
   * The newest schema of a subject with everything that it refers to written out, or null when there is none;
   * EVENTS_SCHEMA_UNUSABLE when it is not Avro.
   */
  async latestSchema(subject: string): Promise<RegisteredSchema | null> {
    const latest = await this.#registry.latest(subject);
    return latest && { schemaId: latest.id, schema: (await this.#parseLatest(subject, latest)).schema };
  }

  /**
   * A writer with the newest schema of a subject, which is not touched: a user's own. Null when there is none;
   * EVENTS_SCHEMA_UNUSABLE when it is not Avro.
   */
  async latestWriter<T>(subject: string): Promise<RegisteredWriter<T> | null> {
    const latest = await this.#registry.latest(subject);
    if (!latest) return null;
    const { schema } = await this.#parseLatest(subject, latest);
    // Not the type that reads foreign records: of a value that was read plainly nobody knows the branch of its union.
    const type = avsc.Type.forSchema(schema as Schema, { ...avroOptions });
    return { schemaId: latest.id, schema, writer: new SlabAvroWriter<T>(type, latest.id) };
  }

  /**
   * Tells of a value what in it a writer with this schema would refuse, empty where nothing: known before anything is registered.
   * EVENTS_SCHEMA_UNUSABLE when the schema is not Avro.
   */
  checker(schema: AvroSchemaJson): (value: unknown) => string {
    try {
      const type = avsc.Type.forSchema(schema as Schema, { ...avroOptions });
      return (value) => faultsIn(value, type);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new EventsError('EVENTS_SCHEMA_UNUSABLE', `the schema is not Avro: ${reason}`, { cause });
    }
  }

  async #parseLatest(subject: string, latest: StoredSchema): Promise<{ schema: AvroSchemaJson }> {
    try {
      return await this.#schemas.parse(latest);
    } catch (error) {
      if (!(error instanceof SchemaFault)) throw error;
      throw new EventsError('EVENTS_SCHEMA_UNUSABLE', `the newest schema of subject "${subject}": ${error.message}`, {
        cause: error,
      });
    }
  }

  async #makeWriter(subject: string, schema: AvroSchemaJson, text: string): Promise<AvroWriter<unknown>> {
    const type = avsc.Type.forSchema(schema as Schema, { ...avroOptions });
    return new SlabAvroWriter(type, await this.#registry.register(subject, text));
  }
}
