import type { AvroWriter, EventBus } from '@millrace/events';
import { invalidParameter } from '@millrace/mlflow-protocol';
import { topics, type TraceEvent } from '@millrace/schemas';
import type { TraceEvents } from '../flow/traces/ports.ts';
import type { WritePosition } from '../flow/traces/trace-facts.ts';
import { partitionOf } from '../store/kafka-followed-log.ts';

const traces = topics['tracking.traces'];
/** What the broker adds to a record of its own, and what a batch header takes. */
const overheadBytes = 1024;

/** Appends writes to `tracking.traces`, all of one trace to one partition. */
export class TraceEventsPublisher implements TraceEvents {
  readonly #bus: EventBus;
  readonly #writer: AvroWriter<TraceEvent>;

  constructor(bus: EventBus, writer: AvroWriter<TraceEvent>) {
    this.#bus = bus;
    this.#writer = writer;
  }

  static async open(bus: EventBus): Promise<TraceEventsPublisher> {
    await bus.topics.ensure([traces]);
    return new TraceEventsPublisher(bus, await bus.writerFor(traces));
  }

  async append(events: readonly TraceEvent[]): Promise<WritePosition[]> {
    const topic = this.#bus.topics.name(traces.name);
    const records = events.map((event) => {
      const value = this.#writer.encode(event);
      if (value.length > traces.maxMessageBytes - overheadBytes) {
        throw invalidParameter(
          `trace ${event.traceId} cannot be written: one write takes ${value.length} of at most ${traces.maxMessageBytes} bytes, and a span is not split. Log less in a span, or log large contents as artifacts.`,
        );
      }
      return { topic, partition: partitionOf(traces, event.traceId), key: Buffer.from(event.traceId), value };
    });
    const offsets = await this.#bus.producer().send(records);
    return records.map(({ partition }, index) => {
      const offset = offsets[index];
      if (offset === undefined) throw new Error('the producer gave no offset for a record it sent');
      return { partition, offset };
    });
  }
}
