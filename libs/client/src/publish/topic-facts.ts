import type { AvroWriter, EventBus } from '@millrace/events';
import { subjectOf, type AvroSchemaJson } from '@millrace/schemas';
import { ClientError } from '../client-error.ts';
import type { PublishOptions } from './publish-options.ts';
import { widestSchema } from './row-schema.ts';

/** What is settled before the first row is read. */
export interface TopicFacts {
  /** The given schema, else the one that the topic's subject has, else null: then it is inferred. */
  readonly known: KnownSchema | null;
  /** What rows must fit; null where anything will do. */
  readonly rowSchema: AvroSchemaJson | null;
  readonly exists: boolean;
}

type KnownSchema =
  | { readonly from: 'given'; readonly schema: AvroSchemaJson }
  | {
      readonly from: 'registered';
      readonly schema: AvroSchemaJson;
      readonly writer: AvroWriter<Record<string, unknown>>;
    };

export async function topicFacts(bus: EventBus, { topic, partitions, schema }: PublishOptions): Promise<TopicFacts> {
  const exists = (await bus.topics.list()).includes(topic);
  if (exists && partitions !== undefined) await requirePartitions(bus, topic, partitions);
  if (schema !== undefined) return { known: { from: 'given', schema }, rowSchema: schema, exists };
  const registered = await bus.codec.latestWriter<Record<string, unknown>>(subjectOf(topic));
  if (registered === null) return { known: null, rowSchema: null, exists };
  return { known: { from: 'registered', ...registered }, rowSchema: widestSchema(registered.schema), exists };
}

async function requirePartitions(bus: EventBus, topic: string, wanted: number): Promise<void> {
  const found = await bus.topics.partitions(topic);
  if (wanted === found) return;
  throw new ClientError(
    'CLIENT_TOPIC_PARTITIONS',
    `topic "${topic}" exists with ${found} partitions, ${wanted} were asked for: leave the number out, or publish to another topic`,
  );
}
