import type { EventBus } from '@millrace/events';
import { BatchConsumer } from '@millrace/events';
import { topics } from '@millrace/schemas';
import type { InferenceMetrics } from '../flow/inference-metrics.ts';
import type { Clock } from '../flow/score-vectors.ts';
import type { ServedEndpoint, VectorStream } from '../flow/served-endpoint.ts';
import type { PredictionsPublisher } from '../publish/predictions.publisher.ts';
import { FeatureVectorsConsumer } from './feature-vectors.consumer.ts';

export interface OpenVectorStreamOptions {
  readonly bus: EventBus;
  readonly publisher: PredictionsPublisher;
  readonly metrics: InferenceMetrics;
  readonly clock: Clock;
  readonly maxBatchRecords: number;
}

const longestSilenceMs = 60_000;

/**
 * Starts to score the vectors of one endpoint. Each endpoint is a consumer group of its own: one that begins at the
 * beginning, has a slow model or waits for one holds up no other.
 */
export async function openVectorStream(
  served: ServedEndpoint,
  scoresSinceMs: number,
  options: OpenVectorStreamOptions,
): Promise<VectorStream> {
  const { bus, publisher, metrics, clock, maxBatchRecords } = options;
  const group = `inference.${served.endpoint.name}`;
  const vectors = topics['features.vectors'];
  await bus.topics.ensure([vectors]);
  const topicName = bus.topics.name(vectors.name);
  const consumer = new BatchConsumer(bus, {
    group,
    topics: [topicName],
    maxBatchRecords,
    handler: new FeatureVectorsConsumer({
      served,
      reader: bus.readerFor(vectors),
      publish: publisher.publish,
      startOffsets: onceAnswered(() =>
        scoresSinceMs === 0 ? bus.topics.beginOffsets(topicName) : bus.topics.offsetsAt(topicName, scoresSinceMs),
      ),
      clock,
      onScored: (predictions) => metrics.scored(predictions),
    }),
    hooks: { onDeadLetter: ({ reason }) => metrics.deadLettered(group, reason) },
  });
  await consumer.start();
  return {
    stop: () => consumer.stop(),
    get health() {
      const { lag, stoppedBy, lastTickMs } = consumer.status;
      if (stoppedBy !== undefined) return { lag, stoppedBy: `${stoppedBy.code}: ${stoppedBy.message}` };
      const silentMs = clock.now() - lastTickMs;
      return { lag, stoppedBy: silentMs > longestSilenceMs ? `nothing was fetched for ${silentMs} ms` : null };
    },
  };
}

/**
 * Asks the broker once for all partitions. What it says stays right: records that come after a time that has passed lie
 * behind the offset of that time. A failure is not kept.
 */
function onceAnswered<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | null = null;
  return async () => {
    const asked = (answer ??= ask());
    try {
      return await asked;
    } catch (error) {
      if (answer === asked) answer = null;
      throw error;
    }
  };
}
