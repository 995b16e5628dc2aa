import { partitioners, type AvroWriter, type EventBus } from '@millrace/events';
import { invalidParameter } from '@millrace/mlflow-protocol';
import { topics, type DatasetEvent } from '@millrace/schemas';
import type { DatasetWritePosition } from '../../flow/datasets/dataset-rows.ts';
import type { DatasetLog, LogEnd } from '../../flow/datasets/ports.ts';

const datasets = topics['tracking.datasets'];
/** What the broker adds to a record of its own, and what a batch header takes. */
const overheadBytes = 1024;

/** `tracking.datasets`: all writes to one dataset lie in one partition. */
export class KafkaDatasetLog implements DatasetLog {
  readonly #bus: EventBus;
  readonly #writer: AvroWriter<DatasetEvent>;
  readonly #topic: string;

  constructor(bus: EventBus, writer: AvroWriter<DatasetEvent>) {
    this.#bus = bus;
    this.#writer = writer;
    this.#topic = bus.topics.name(datasets.name);
  }

  static async open(bus: EventBus): Promise<KafkaDatasetLog> {
    await bus.topics.ensure([datasets]);
    return new KafkaDatasetLog(bus, await bus.writerFor(datasets));
  }

  async append(event: DatasetEvent): Promise<DatasetWritePosition> {
    const value = this.#writer.encode(event);
    if (value.length > datasets.maxMessageBytes - overheadBytes) {
      throw invalidParameter(
        `the records take ${value.length} of at most ${datasets.maxMessageBytes - overheadBytes} bytes in one request: send them in several`,
      );
    }
    const partition = partitionOf(event.datasetId);
    const record = { topic: this.#topic, partition, key: Buffer.from(event.datasetId), value };
    const [offset] = await this.#bus.producer().send([record]);
    if (offset === undefined) throw new Error('the producer gave no offset for a record it sent');
    return { partition, offset };
  }

  async ends(datasetId?: string): Promise<LogEnd[]> {
    const offsets = await this.#bus.ends.of(this.#topic, datasets.partitions);
    const ends = offsets.map((nextOffset, partition) => ({ partition, nextOffset }));
    return datasetId === undefined ? ends : ends.filter(({ partition }) => partition === partitionOf(datasetId));
  }
}

function partitionOf(datasetId: string): number {
  return partitioners.murmur2(Buffer.from(datasetId), datasets.partitions);
}
