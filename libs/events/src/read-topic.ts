import type { EventBus } from './event-bus.ts';
import type { FetchedRecord } from './kafkajs/record-batches.ts';

/** For this package's own tests: all records of a topic up to its present end, by partition and offset. */
export async function readTopic(
  { kafka, topics }: Pick<EventBus, 'kafka' | 'topics'>,
  topic: string,
): Promise<FetchedRecord[]> {
  const ends = await topics.endOffsets(topic);
  const records: FetchedRecord[][] = ends.map(() => []);
  const consumer = kafka.consumer({ groupId: `${topic}.read-${Math.random()}`, maxWaitTimeInMs: 50 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const done = Promise.withResolvers<void>();
  const isComplete = (): boolean =>
    ends.every((end, partition) => (records[partition]?.at(-1)?.offsetNumber ?? -1) >= end - 1);
  if (isComplete()) done.resolve();
  await consumer.run({
    eachBatch: async ({ batch }) => {
      records[batch.partition]?.push(...(batch.messages as unknown as FetchedRecord[]));
      if (isComplete()) done.resolve();
    },
  });
  await done.promise;
  await consumer.disconnect();
  return records.flat();
}
