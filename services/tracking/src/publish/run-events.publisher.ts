import type { AvroWriter, EventBus } from '@millrace/events';
import { invalidParameter } from '@millrace/mlflow-protocol';
import { topics, type RunEvent } from '@millrace/schemas';
import type { RunEvents } from '../flow/ports.ts';
import { partitionOf } from '../store/kafka-followed-log.ts';

const runs = topics['tracking.runs'];
/** What the broker adds to a record of its own, and what a batch header takes. */
const overheadBytes = 1024;

/** Appends writes to `tracking.runs`, all of one run to one partition. */
export class RunEventsPublisher implements RunEvents {
  readonly #bus: EventBus;
  readonly #writer: AvroWriter<RunEvent>;

  constructor(bus: EventBus, writer: AvroWriter<RunEvent>) {
    this.#bus = bus;
    this.#writer = writer;
  }

  static async open(bus: EventBus): Promise<RunEventsPublisher> {
    await bus.topics.ensure([runs]);
    return new RunEventsPublisher(bus, await bus.writerFor(runs));
  }

  async append(event: RunEvent): Promise<{ partition: number; offset: number }> {
    const value = this.#writer.encode(event);
    if (value.length > runs.maxMessageBytes - overheadBytes) {
      throw invalidParameter(
        `the request is larger than a run's log takes at once: ${value.length} of ${runs.maxMessageBytes} bytes`,
      );
    }
    const partition = partitionOf(runs, event.id);
    const [offset] = await this.#bus
      .producer()
      .send([{ topic: this.#bus.topics.name(runs.name), partition, key: Buffer.from(event.id), value }]);
    if (offset === undefined) throw new Error('the producer gave no offset for a record it sent');
    return { partition, offset };
  }
}
