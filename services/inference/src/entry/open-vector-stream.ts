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
      startOffsets: () =>
        scoresSinceMs === 0 ? bus.topics.beginOffsets(topicName) : bus.topics.offsetsAt(topicName, scoresSinceMs),
      clock,
      onScored: (predictions) => metrics.scored(predictions),
    }),
    hooks: { onDeadLetter: ({ reason }) => metrics.deadLettered(group, reason) },
  });
  await consumer.start();
  return {
    stop: () => consumer.stop(),
    get health() {
      const { lag, stoppedBy } = consumer.status;
      return { lag, stoppedBy: stoppedBy === undefined ? null : `${stoppedBy.code}: ${stoppedBy.message}` };
    },
  };
}
