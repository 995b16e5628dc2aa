import type { EventBus } from '../event-bus.ts';
import type { Identity } from '../identity.ts';
import type { BatchConsumer } from './batch-consumer.ts';
import type { ConsumerHooks } from './consumer-options.ts';
import type { SourceRecord } from './source-record.ts';

export interface SubscribeOptions<T> {
  readonly group: string;
  /** Topic by its name on the broker. */
  readonly topic: string;
  /** At least once, in order within a partition, without the duplicates that crashes of producers write. */
  onEvent(event: T, record: SourceRecord): Promise<void>;
  readonly hooks?: ConsumerHooks;
}

/** Reads a topic of derived records; a newcomer starts at the beginning, others go on where they were. */
export function subscribe<T extends Identity>(_bus: EventBus, _options: SubscribeOptions<T>): Promise<BatchConsumer> {
  throw new Error('being built');
}
