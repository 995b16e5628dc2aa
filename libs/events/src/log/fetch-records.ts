import type { Cluster } from 'kafkajs';
import type { FetchedMessage } from '../consumer/source-record.ts';
import '../kafkajs/load-kafkajs.ts';
import { loadInternal } from '../kafkajs/kafkajs-internals.ts';

/** kafkajs's view of one partition's answer: drops control records, aborted transactions and what lies before the offset. */
interface FetchedBatch {
  readonly messages: readonly FetchedMessage[];
  readonly highWatermark: string;
  isEmptyIncludingFiltered(): boolean;
  isEmptyDueToLogCompactedMessages(): boolean;
  lastOffset(): string;
}

const Batch = loadInternal('src/consumer/batch') as new (
  topic: string,
  fetchedOffset: string,
  partitionData: { readonly partition: number },
) => FetchedBatch;

const READ_COMMITTED = 1;

export interface PartitionOffset {
  readonly partition: number;
  readonly offset: number;
}

export interface FetchOptions {
  readonly topic: string;
  /** How long the broker holds the request when there is nothing at the offset yet. */
  readonly maxWaitMs: number;
  readonly maxBytes: number;
}

export type FetchRequest = FetchOptions & PartitionOffset;

export interface FetchAnswer {
  readonly messages: readonly FetchedMessage[];
  /** Where to go on: past control records and holes too. */
  readonly nextOffset: number;
  readonly highWatermark: number;
}

interface FetchResponse {
  readonly responses: readonly { readonly partitions: readonly { readonly partition: number }[] }[];
}

/** One fetch of one partition, outside of any group. The topic must be a target topic of the cluster. */
export async function fetchRecords(cluster: Cluster, request: FetchRequest): Promise<FetchAnswer> {
  const { topic, partition, offset } = request;
  const nothing = { messages: [], nextOffset: offset, highWatermark: offset };
  const [nodeId] = Object.keys(cluster.findLeaderForPartitions(topic, [partition]));
  if (nodeId === undefined) {
    await cluster.refreshMetadata();
    return nothing;
  }
  return (await fetchFromLeader(cluster, nodeId, request, [request])).get(partition) ?? nothing;
}

/** One fetch of several partitions that one broker leads; ends as soon as any of them has a record. */
export async function fetchFromLeader(
  cluster: Cluster,
  nodeId: string,
  { topic, maxWaitMs, maxBytes }: FetchOptions,
  offsets: readonly PartitionOffset[],
): Promise<Map<number, FetchAnswer>> {
  const broker = await cluster.findBroker({ nodeId });
  const response = (await broker.fetch({
    isolationLevel: READ_COMMITTED,
    maxWaitTime: maxWaitMs,
    minBytes: 1,
    maxBytes,
    topics: [
      {
        topic,
        partitions: offsets.map(({ partition, offset }) => ({ partition, fetchOffset: String(offset), maxBytes })),
      },
    ],
    rackId: '',
  })) as FetchResponse;
  const offsetOf = new Map(offsets.map(({ partition, offset }) => [partition, offset]));
  return new Map(
    (response.responses[0]?.partitions ?? []).map((data) => [
      data.partition,
      answerOf(topic, offsetOf.get(data.partition) ?? 0, data),
    ]),
  );
}

function answerOf(topic: string, offset: number, data: { readonly partition: number }): FetchAnswer {
  const batch = new Batch(topic, String(offset), data);
  const empty = batch.isEmptyIncludingFiltered() && !batch.isEmptyDueToLogCompactedMessages();
  return {
    messages: batch.messages,
    nextOffset: empty ? offset : Math.max(offset, Number(batch.lastOffset()) + 1),
    highWatermark: Number(batch.highWatermark),
  };
}
