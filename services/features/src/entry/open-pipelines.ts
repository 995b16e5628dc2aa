import type { EventBus } from '@millrace/events';
import type { Row } from '@millrace/feature-engine';
import type { FencedStateStore } from '@millrace/online-store';
import { schemas, subjectOf, topicFamilies, topics, type RekeyedEvent } from '@millrace/schemas';
import type { FeaturesConfig } from '../config.ts';
import type { CheckParity } from '../flow/check-parity.ts';
import { consumerHooks } from '../flow/consumer-hooks.ts';
import type { MaterializationMetrics } from '../flow/materialization-metrics.ts';
import { FeatureVectorsPublisher } from '../publish/feature-vectors.publisher.ts';
import type { ViewStates } from '../store/view-states.ts';
import { SourcePipelines } from './source-pipelines.ts';

export interface PipelineWiring {
  readonly config: FeaturesConfig;
  readonly bus: EventBus;
  readonly store: FencedStateStore;
  readonly viewStates: ViewStates;
  readonly metrics: MaterializationMetrics;
  readonly parity: CheckParity;
  readonly now: () => number;
}

/** Registers the schemas that the pipelines write. All rekeyed logs share one record and one subject. */
export async function openPipelines({
  config,
  bus,
  store,
  viewStates,
  metrics,
  parity,
  now,
}: PipelineWiring): Promise<SourcePipelines> {
  const rekeyedSubject = subjectOf(bus.topics.name(topicFamilies['features.by-{view}'].name.replace('{view}', 'view')));
  const [vectorWriter, rekeyedWriter] = await Promise.all([
    bus.writerFor(topics['features.vectors']),
    bus.codec.writer<RekeyedEvent>(rekeyedSubject, schemas.RekeyedEvent),
  ]);
  const {
    MILLRACE_FEATURES_BATCH_RECORDS: maxBatchRecords,
    MILLRACE_FEATURES_CACHED_STATES: maxCachedStates,
    MILLRACE_FEATURES_MAX_RECORD_BYTES: maxRecordBytes,
  } = config.own;
  return new SourcePipelines({
    bus,
    hooks: consumerHooks(metrics, bus.log),
    maxBatchRecords,
    source: {
      bus,
      store,
      viewStates,
      rows: bus.codec.reader<Row>(),
      rekeyedWriter,
      vectors: new FeatureVectorsPublisher(bus, vectorWriter),
      metrics,
      parity,
      maxCachedStates,
      maxRecordBytes,
      now,
    },
    view: { bus, store, reader: bus.codec.reader<RekeyedEvent>(schemas.RekeyedEvent), metrics, maxCachedStates },
  });
}
