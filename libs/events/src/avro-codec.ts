import type { AvroSchemaJson } from '@millrace/schemas';
import type { Schema } from 'avsc';
import { CachedAvroReader } from './avro-reader.ts';
import type { AvroReader } from './avro-reader.ts';
import { SlabAvroWriter } from './avro-writer.ts';
import type { AvroWriter } from './avro-writer.ts';
import { EventsError } from './errors.ts';
import { avroOptions, avsc } from './load-avsc.ts';
import type { SchemaRegistry } from './schema-registry.ts';
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
    if (!latest) return null;
    try {
      const { schema } = await this.#schemas.parse(latest);
      return { schemaId: latest.id, schema };
    } catch (error) {
      if (!(error instanceof SchemaFault)) throw error;
      throw new EventsError('EVENTS_SCHEMA_UNUSABLE', `the newest schema of subject "${subject}": ${error.message}`, {
        cause: error,
      });
    }
  }

  /** A writer with the newest schema of a subject, which is not touched: a user's own. Null when there is none. */
  async latestWriter<T>(subject: string): Promise<RegisteredWriter<T> | null> {
    const latest = await this.#registry.latest(subject);
    if (!latest) return null;
    const { schema } = await this.#schemas.parse(latest);
    const type = avsc.Type.forSchema(schema as Schema, { ...avroOptions });
    return { schemaId: latest.id, schema, writer: new SlabAvroWriter<T>(type, latest.id) };
  }

  async #makeWriter(subject: string, schema: AvroSchemaJson, text: string): Promise<AvroWriter<unknown>> {
    const type = avsc.Type.forSchema(schema as Schema, { ...avroOptions });
    return new SlabAvroWriter(type, await this.#registry.register(subject, text));
  }
}
