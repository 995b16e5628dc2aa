import type { ConsumerHooks, ConsumerStatus } from '../consumer/consumer-options.ts';
import type { EventBus } from '../event-bus.ts';
import type { Domain } from './journal-domain.ts';

export interface JournalPublisherOptions<S, C extends { readonly type: string }> {
  /** Journal topic without the configured prefix; the group is `<topic>.publisher`. */
  readonly topic: string;
  readonly domain: Domain<S, C>;
  /** Lane of the published records, for example `registry`. */
  readonly lane: string;
  readonly hooks?: ConsumerHooks;
}

/** Publishes the events of applied commands; of all instances one does it at a time. */
export class JournalPublisher<S, C extends { readonly type: string }> {
  constructor(_bus: EventBus, _options: JournalPublisherOptions<S, C>) {}
  start(): Promise<void> {
    throw new Error('being built');
  }
  stop(): Promise<void> {
    throw new Error('being built');
  }
  get status(): ConsumerStatus {
    throw new Error('being built');
  }
}
