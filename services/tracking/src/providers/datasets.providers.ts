import { randomUUID } from 'node:crypto';
import type { Provider } from '@nestjs/common';
import { ClickHouse, type ClickHouseSink } from '@millrace/clickhouse';
import { EventBus } from '@millrace/events';
import { topics } from '@millrace/schemas';
import { SERVICE_CONFIG, ServiceLog, untilAvailable } from '@millrace/service-kit';
import type { TrackingConfig } from '../config.ts';
import { DatasetRecordsController } from '../entry/datasets/dataset-records.controller.ts';
import { EvaluationDatasetsController } from '../entry/datasets/evaluation-datasets.controller.ts';
import { ChangeRecords } from '../flow/datasets/change-records.ts';
import { EvaluationDatasets } from '../flow/datasets/evaluation-datasets.ts';
import type { TrackingJournal } from '../flow/tracking-domain.ts';
import { positionsOf, PROJECTION_PARTS, startProjection, type ProjectionParts } from './start-projection.ts';
import { ClickHouseDatasetHistory } from '../store/datasets/clickhouse-dataset-history.ts';
import { datasetsGroup, datasetsSink } from '../store/datasets/datasets.sink.ts';
import { KafkaDatasetLog } from '../store/datasets/kafka-dataset-log.ts';
import { StoredLog } from '../store/stored-log.ts';
import { TRACKING_JOURNAL } from '../tokens.ts';

const SINK = Symbol('datasets sink');

export const datasetsControllers = [EvaluationDatasetsController, DatasetRecordsController];

/** All of evaluation datasets: what they store, and what is built on it. */
export const datasetsProviders: Provider[] = [
  {
    provide: KafkaDatasetLog,
    inject: [EventBus, ServiceLog],
    useFactory: (bus: EventBus, log: ServiceLog) =>
      untilAvailable(log, 'dataset topic', () => KafkaDatasetLog.open(bus)),
  },
  {
    provide: SINK,
    // After the log: it makes the topic.
    inject: [PROJECTION_PARTS, ClickHouse, KafkaDatasetLog],
    useFactory: startSink,
  },
  {
    provide: ClickHouseDatasetHistory,
    inject: [SERVICE_CONFIG, EventBus, ClickHouse, SINK],
    useFactory: (config: TrackingConfig, bus: EventBus, clickhouse: ClickHouse, sink: ClickHouseSink) => {
      const topic = bus.topics.name(topics['tracking.datasets'].name);
      const positions = positionsOf(bus, datasetsGroup, sink);
      const timeoutMs = config.live.readTimeoutMs;
      return new ClickHouseDatasetHistory(
        clickhouse,
        new StoredLog({ positions, topic, timeoutMs, what: 'records of datasets' }),
      );
    },
  },
  {
    provide: EvaluationDatasets,
    inject: [TRACKING_JOURNAL, KafkaDatasetLog, ClickHouseDatasetHistory],
    useFactory: (journal: TrackingJournal, log: KafkaDatasetLog, history: ClickHouseDatasetHistory) =>
      new EvaluationDatasets(journal, log, history),
  },
  {
    provide: ChangeRecords,
    inject: [EvaluationDatasets, KafkaDatasetLog, ClickHouseDatasetHistory],
    useFactory: (datasets: EvaluationDatasets, log: KafkaDatasetLog, history: ClickHouseDatasetHistory) =>
      new ChangeRecords(datasets, log, history, { now: () => Date.now(), newId: randomUUID }),
  },
];

function startSink(parts: ProjectionParts, clickhouse: ClickHouse): ClickHouseSink {
  const deadLetters = parts.metrics.counter({
    name: 'dataset_dead_letters_total',
    help: 'Writes to records of datasets that were moved to the dead letters',
    labels: ['reason'],
  });
  return startProjection(parts, {
    sink: datasetsSink(parts.bus, clickhouse),
    group: datasetsGroup,
    topics: [topics['tracking.datasets'].name],
    title: 'datasets sink',
    check: 'datasets',
    onDeadLetter: (reason) => deadLetters.inc({ reason }),
    lag: {
      name: 'dataset_records_lag_records',
      help: 'Writes to datasets of this instance’s partitions that are not yet in ClickHouse.',
    },
  });
}
