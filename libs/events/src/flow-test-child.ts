import { EventBus } from './event-bus.ts';
import type { EventsConfig } from './events-config.ts';
import { lanePartition } from './identity.ts';
import { BatchConsumer } from './consumer/batch-consumer.ts';

/** A process for tests to kill and to freeze: derives one record of each that it reads. */
interface ChildOptions {
  readonly config: EventsConfig;
  readonly topic: string;
  readonly derived: string;
  readonly derivedPartitions: number;
  readonly delayMs: number;
}

const options = JSON.parse(process.argv[2] ?? '{}') as ChildOptions;
const silent = (): void => undefined;
const bus = await EventBus.connect(options.config, { debug: silent, info: silent, warn: silent, error: silent });
const consumer = new BatchConsumer(bus, {
  group: 'child',
  topics: [options.topic],
  maxBatchRecords: 7,
  commitIntervalMs: 20,
  handler: {
    handle: async ({ topic, partition, records }) => {
      await new Promise((resolve) => setTimeout(resolve, options.delayMs));
      const derived = records.map(({ offset, key, value }) => ({
        topic: options.derived,
        partition: lanePartition('child', topic, partition, options.derivedPartitions),
        key,
        value: Buffer.from(JSON.stringify({ by: process.pid, partition, offset, value: value?.toString() })),
      }));
      await bus.producer().send(derived);
    },
  },
});
process.on('SIGTERM', () => {
  void consumer.stop().then(async () => {
    await bus.close();
    process.exit(0);
  });
});
await consumer.start();
process.stdout.write('started\n');
