import { partitioners, type AvroWriter, type EventBus, type OutgoingRecord } from '@millrace/events';
import { subjectOf, topics, type AvroSchemaJson, type Outcome } from '@millrace/schemas';
import { ClientError } from '../client-error.ts';
import type { InferredColumn } from '../files/infer-columns.ts';
import { fieldsOf } from './avro-type.ts';
import type { EventTimeColumn } from './event-time.ts';
import type { SeenColumns } from './field-names.ts';
import type { FileEntry } from './file-entries.ts';
import type { Placing } from './placing.ts';
import type { PublishOptions, SchemaOrigin } from './publish-options.ts';
import { keyBytes, keyColumnOf } from './row-check.ts';
import { RowConverter } from './row-converter.ts';
import { extendSchema, schemaOfColumns } from './row-schema.ts';
import type { TopicFacts } from './topic-facts.ts';

/** Where entries go: the topic exists, schemas are registered. */
export interface Publication {
  readonly schemaFrom: SchemaOrigin;
  readonly topicCreated: boolean;
  /** Fields that were of whole numbers in the topic and are no longer. */
  readonly widened: readonly string[];
  record(entry: FileEntry, timeMs: number): OutgoingRecord;
}

/** What is known when all rows have been seen. */
export interface SeenFile {
  readonly facts: TopicFacts;
  readonly placing: Placing;
  readonly inferred: readonly InferredColumn[];
  readonly columns: SeenColumns;
  readonly eventTime: EventTimeColumn;
}

const defaultPartitions = 4;
const maxMessageBytes = 1_048_576;

/** Makes the topic where it is absent and settles the schema. */
export async function openPublication(bus: EventBus, options: PublishOptions, seen: SeenFile): Promise<Publication> {
  const { facts, placing, columns } = seen;
  const { topic } = options;
  const { schema, widened, schemaFrom, registeredWriter } = settleSchema(topic, seen);
  // A registered schema is not registered once more: its text may differ from what we would write.
  const writer = registeredWriter ?? (await bus.codec.writer<Record<string, unknown>>(subjectOf(topic), schema));
  if (!facts.exists) await createTopic(bus, options);
  const partitionCount = await bus.topics.partitions(topic);
  const outcomes = options.labels && (await openOutcomes(bus, options.labels.source));
  const converter = new RowConverter(schema, columns, seen.eventTime);
  const place = partitioners[placing.partitioner];
  const keyColumn = keyColumnOf({ keyColumn: options.keyColumn, placing, columns });
  const keyField = keyColumn === null ? null : columns.fieldOf(keyColumn);
  if (keyField !== null) requireField(schema, keyField, seen);
  let turn = 0;
  const event = (row: Record<string, unknown>): OutgoingRecord => {
    const value = converter.convert(row);
    const key = keyField === null ? null : keyBytes(value[keyField], placing, keyField);
    const partition = key === null ? (turn += 1) % partitionCount : place(key, partitionCount);
    return { topic, partition, key, value: writer.encode(value), timestampMs: Date.now() };
  };
  return {
    schemaFrom,
    topicCreated: !facts.exists,
    widened,
    record: (entry, timeMs) => {
      if (entry.kind === 'event') return event(entry.row);
      if (outcomes) return outcomes(entry, timeMs);
      throw new ClientError('CLIENT_LABEL_INVALID', 'an outcome came up although no labels are published');
    },
  };
}

interface SettledSchema {
  readonly schema: AvroSchemaJson;
  readonly schemaFrom: SchemaOrigin;
  readonly widened: readonly string[];
  readonly registeredWriter?: AvroWriter<Record<string, unknown>>;
}

function settleSchema(topic: string, { facts: { known }, inferred }: SeenFile): SettledSchema {
  if (known === null) return { schema: schemaOfColumns(topic, inferred), schemaFrom: 'inferred', widened: [] };
  if (known.from === 'given') return { schema: known.schema, schemaFrom: 'given', widened: [] };
  const { schema, widened } = extendSchema(known.schema, inferred);
  if (schema !== known.schema) return { schema, schemaFrom: 'extended', widened };
  return { schema, schemaFrom: 'registered', widened, registeredWriter: known.writer };
}

async function createTopic(bus: EventBus, { topic, partitions, keyColumn }: PublishOptions): Promise<void> {
  const spec = {
    name: topic,
    schema: null,
    key: keyColumn ?? 'none',
    partitions: partitions ?? defaultPartitions,
    retentionMs: -1,
    cleanup: 'delete' as const,
    maxMessageBytes,
  };
  await bus.topics.ensureExact([spec]);
}

async function openOutcomes(
  bus: EventBus,
  source: string,
): Promise<(entry: Extract<FileEntry, { kind: 'outcome' }>, observedAtMs: number) => OutgoingRecord> {
  await bus.topics.ensure([topics.outcomes]);
  const topic = bus.topics.name(topics.outcomes.name);
  const writer = await bus.writerFor(topics.outcomes);
  return ({ id, label, eventTimeMs }, observedAtMs) => {
    const key = Buffer.from(id);
    const eventId = `${source}|${id}|${observedAtMs}`;
    const outcome: Outcome = { eventId, source, sourceEventId: id, label, eventTimeMs, observedAtMs };
    const partition = partitioners.murmur2(key, topics.outcomes.partitions);
    return { topic, partition, key, value: writer.encode(outcome), timestampMs: Date.now() };
  };
}

/** A column that no row has a value in needs no field: then no event has a key. */
function requireField(schema: AvroSchemaJson, field: string, { inferred, columns }: SeenFile): void {
  if (fieldsOf(schema).some(({ name }) => name === field)) return;
  if (inferred.some(({ name, kind }) => kind === null && columns.fieldOf(name) === field)) return;
  throw new ClientError('CLIENT_COLUMN_UNKNOWN', `the schema has no field "${field}" to key the events by`);
}
