import { setTimeout as sleep } from 'node:timers/promises';
import { BatchConsumer, type EventBus, type SourceRecord } from '@millrace/events';

export type OnArrivals = (records: readonly SourceRecord[], atMs: number) => Promise<void> | void;

/** Reads a topic from its beginning with a group of its own and tells when each record came. */
export class Arrivals implements AsyncDisposable {
  readonly #consumer: BatchConsumer;
  #onArrivals: OnArrivals = () => {};

  private constructor(bus: EventBus, topic: string) {
    this.#consumer = new BatchConsumer(bus, {
      group: `arrivals-${Date.now()}`,
      topics: [topic],
      maxBatchRecords: 5_000,
      commitIntervalMs: 60_000,
      hooks: {
        onAlert: ({ error }) => {
          throw error;
        },
      },
      handler: {
        handle: async ({ records }) => {
          await this.#onArrivals(records, performance.now());
        },
      },
    });
  }

  static async of(bus: EventBus, topic: string): Promise<Arrivals> {
    const arrivals = new Arrivals(bus, topic);
    await arrivals.#consumer.start();
    await arrivals.#consumer.whenAssigned();
    // What lies there from before would delay the first arrivals that count.
    while (arrivals.#consumer.status.lag > 0) await sleep(50);
    return arrivals;
  }

  listen(onArrivals: OnArrivals): void {
    this.#onArrivals = onArrivals;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#consumer.stop();
  }
}
