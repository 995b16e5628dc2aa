import type { EventBus } from '../event-bus.ts';
import type { BatchConsumerOptions, ConsumerStatus } from './consumer-options.ts';

export class BatchConsumer {
  constructor(_bus: EventBus, _options: BatchConsumerOptions) {}
  /** Makes the dead-letter topic and joins the group; a broker that goes away later is waited for. */
  start(): Promise<void> {
    throw new Error('being built');
  }
  /** Resolves when every assigned partition is being read. */
  whenAssigned(): Promise<void> {
    throw new Error('being built');
  }
  /** Drains what is in flight, commits, leaves the group. */
  stop(): Promise<void> {
    throw new Error('being built');
  }
  /** Goes on with a stopped source: in a new generation, from the beginning of its log. */
  resume(_topic: string, _generation: number): Promise<void> {
    throw new Error('being built');
  }
  get status(): ConsumerStatus {
    throw new Error('being built');
  }
}
