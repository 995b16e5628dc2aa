/** Child process of the bench: a bare kafkajs echo from one topic to another, default settings, no work. */
import { Kafka, logLevel } from 'kafkajs';

const [brokers = '', from = '', to = ''] = process.argv.slice(2);
const kafka = new Kafka({ brokers: brokers.split(','), clientId: 'bench-echo', logLevel: logLevel.NOTHING });
const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
const consumer = kafka.consumer({ groupId: `bench-echo-${from}`, maxWaitTimeInMs: 50, minBytes: 1 });
await producer.connect();
await consumer.connect();
await consumer.subscribe({ topic: from, fromBeginning: true });
consumer.on(consumer.events.GROUP_JOIN, () => process.send?.('ready'));
await consumer.run({
  partitionsConsumedConcurrently: 4,
  eachBatch: async ({ batch }) => {
    const messages = batch.messages.map(({ key, value }) => ({ key, value, partition: batch.partition }));
    await producer.send({ topic: to, messages });
  },
});
