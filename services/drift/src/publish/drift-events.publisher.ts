import type { AvroWriter, EventBus } from '@millrace/events';
import { partitioners } from '@millrace/events';
import { topics } from '@millrace/schemas';
import type { DriftAlert, DriftReport } from '@millrace/schemas';
import type { DriftEvents } from '../flow/ports.ts';

/** Reports and alerts as events. A replay writes an event again under its old id; the tables keep one of each id. */
export class DriftEventsPublisher implements DriftEvents {
  readonly #bus: EventBus;

  constructor(bus: EventBus) {
    this.#bus = bus;
  }

  async publishAlerts(alerts: readonly DriftAlert[]): Promise<void> {
    const writer = await this.#bus.writerFor(topics['drift.alerts']);
    await this.#send(topics['drift.alerts'].name, writer, alerts);
  }

  async publishReport(report: DriftReport): Promise<void> {
    const writer = await this.#bus.writerFor(topics['drift.reports']);
    await this.#send(topics['drift.reports'].name, writer, [report]);
  }

  async #send<T extends { readonly endpoint: string }>(
    topicName: string,
    writer: AvroWriter<T>,
    values: readonly T[],
  ): Promise<void> {
    const topic = this.#bus.topics.name(topicName);
    const partitions = await this.#bus.topics.partitions(topic);
    await this.#bus.producer().send(
      values.map((value) => {
        const key = Buffer.from(value.endpoint);
        return { topic, partition: partitioners.murmur2(key, partitions), key, value: writer.encode(value) };
      }),
    );
  }
}
