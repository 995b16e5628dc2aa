import type { AvroSchemaJson } from '@millrace/schemas';
import type { EventBus } from '../event-bus.ts';
import type { DerivedIdentity } from '../identity.ts';
import { BatchConsumer } from './batch-consumer.ts';
import type { ConsumerHooks } from './consumer-options.ts';
import type { PartitionBatch, Poison } from './partition-handler.ts';
import type { SourceRecord } from './source-record.ts';

export interface SubscribeOptions<T> {
  /** Group without the configured prefix. */
  readonly group: string;
  /** Topic by its name on the broker. */
  readonly topic: string;
  /** The form in which the subscriber wants the records; without it they come as they were written. */
  readonly schema?: AvroSchemaJson;
  /**
   * Called for one event after the other, in order within a partition and at least once: what was not through when the
   * process died comes again. Duplicates that crashes of producers write are dropped. A TransientError makes it wait.
   */
  onEvent(event: T, record: SourceRecord): Promise<void>;
  readonly hooks?: ConsumerHooks;
}

/** An event that took long to handle must not be handled twice because its neighbours were not committed. */
const COMMIT_INTERVAL_MS = 20;

/** Reads a topic of derived records; a newcomer starts at the beginning, others go on where they were. */
export async function subscribe<T extends object>(bus: EventBus, options: SubscribeOptions<T>): Promise<BatchConsumer> {
  const reader = bus.codec.reader<T>(options.schema);
  /** By partition: what this process has delivered, so that a retried batch starts at the event that failed. */
  const delivered = new Map<number, number>();

  const handle = async (batch: PartitionBatch): Promise<{ poison: Poison[] }> => {
    const poison: Poison[] = [];
    const results = await reader.decodeBatch(batch.records);
    for (const [i, record] of batch.records.entries()) {
      const result = results[i];
      if (result === undefined) continue;
      if (!result.ok) poison.push({ record, reason: result.reason, message: result.message });
      else if (isDerived(result.value) && !batch.watermarks.accept(result.value)) continue;
      else if (record.offset > (delivered.get(batch.partition) ?? -1)) {
        await options.onEvent(result.value, record);
        delivered.set(batch.partition, record.offset);
      }
    }
    return { poison };
  };

  const consumer = new BatchConsumer(bus, {
    group: options.group,
    topics: [options.topic],
    handler: {
      assigned: async ({ partition }) => {
        delivered.delete(partition);
      },
      handle,
    },
    commitIntervalMs: COMMIT_INTERVAL_MS,
    ...(options.hooks === undefined ? {} : { hooks: options.hooks }),
  });
  await consumer.start();
  return consumer;
}

function isDerived(value: object): value is DerivedIdentity {
  return (
    'lane' in value &&
    'sourceTopic' in value &&
    'generation' in value &&
    'sourcePartition' in value &&
    'sourceOffset' in value
  );
}
