import { partitioners, type AvroWriter, type EventBus, type OutgoingRecord } from '@millrace/events';
import { readKey } from '@millrace/feature-engine';
import { subjectOf, topics, type AvroSchemaJson, type Outcome } from '@millrace/schemas';
import { ClientError } from '../client-error.ts';
import type { ColumnInference } from '../files/infer-columns.ts';
import { fieldsOf } from './avro-type.ts';
import { fieldNames, legalName } from './field-names.ts';
import type { FileEntry } from './file-entries.ts';
import type { PublishOptions, SchemaOrigin } from './publish-file.ts';
import { RowConverter } from './row-converter.ts';
import { extendSchema, schemaOfColumns } from './row-schema.ts';

/** Where entries go: the topic exists, schemas are registered. */
export interface Publication {
  readonly schemaFrom: SchemaOrigin;
  readonly topicCreated: boolean;
  record(entry: FileEntry, timeMs: number): OutgoingRecord;
}

const defaultPartitions = 4;
const maxMessageBytes = 1_048_576;

/** Makes the topic where it is absent and settles the schema; call it when all rows have been seen. */
export async function openPublication(
  bus: EventBus,
  options: PublishOptions,
  inference: ColumnInference,
): Promise<Publication> {
  const { schemaFrom, schema, writer } = await openWriter(bus, options, inference);
  const topicCreated = await ensureTopic(bus, options);
  const partitionCount = await bus.topics.partitions(options.topic);
  const outcomes = options.labels && (await openOutcomes(bus, options.labels.source));
  const converter = new RowConverter(schema);
  const place = partitioners[options.partitioner ?? 'murmur2'];
  const keyField = options.keyColumn === undefined ? null : keyFieldOf(options.keyColumn, { schema, inference });
  let turn = 0;
  const event = (row: Record<string, unknown>): OutgoingRecord => {
    // Rows are converted while they are read when the schema is given.
    const value = options.schema ? row : converter.convert(row);
    const key = keyField === null ? null : keyOf(value, keyField);
    const partition = key === null ? (turn += 1) % partitionCount : place(key, partitionCount);
    return { topic: options.topic, partition, key, value: writer.encode(value), timestampMs: Date.now() };
  };
  return {
    schemaFrom,
    topicCreated,
    record: (entry, timeMs) => {
      if (entry.kind === 'event') return event(entry.row);
      if (outcomes) return outcomes(entry, timeMs);
      throw new ClientError('CLIENT_LABEL_INVALID', 'an outcome came up although no labels are published');
    },
  };
}

async function openWriter(
  bus: EventBus,
  { schema: given, topic }: PublishOptions,
  inference: ColumnInference,
): Promise<{ schemaFrom: SchemaOrigin; schema: AvroSchemaJson; writer: AvroWriter<Record<string, unknown>> }> {
  const subject = subjectOf(topic);
  if (given) return { schemaFrom: 'given', schema: given, writer: await bus.codec.writer(subject, given) };
  const registered = await bus.codec.latestWriter<Record<string, unknown>>(subject);
  const schema = registered
    ? extendSchema(registered.schema, inference.columns(), subject)
    : schemaOfColumns(topic, inference.columns());
  if (registered && schema === registered.schema)
    return { schemaFrom: 'registered', schema, writer: registered.writer };
  return { schemaFrom: registered ? 'extended' : 'inferred', schema, writer: await bus.codec.writer(subject, schema) };
}

async function ensureTopic(bus: EventBus, { topic, partitions, keyColumn }: PublishOptions): Promise<boolean> {
  if ((await bus.topics.list()).includes(topic)) {
    const found = await bus.topics.partitions(topic);
    if (partitions === undefined || partitions === found) return false;
    throw new ClientError(
      'CLIENT_TOPIC_PARTITIONS',
      `topic "${topic}" exists with ${found} partitions, ${partitions} were asked for: leave the number out, or publish to another topic`,
    );
  }
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
  return true;
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

function keyFieldOf(
  column: string,
  { schema, inference }: { readonly schema: AvroSchemaJson; readonly inference: ColumnInference },
): string {
  const field = fieldNames(inference.columns().map(({ name }) => name)).get(column) ?? legalName(column);
  if (fieldsOf(schema).some(({ name }) => name === field)) return field;
  throw new ClientError('CLIENT_COLUMN_UNKNOWN', `the schema has no field "${field}" to key the events by`);
}

/** The key that the features service expects of such an entity; an event without one has no key and goes anywhere. */
function keyOf(value: Record<string, unknown>, field: string): Buffer | null {
  const key = readKey(value, field);
  if (typeof key === 'string') return Buffer.from(key);
  const found = value[field];
  return found === null || found === undefined || found === '' ? null : Buffer.from(String(found));
}
