import type { Provider } from '@nestjs/common';
import { ClickHouse } from '@millrace/clickhouse';
import { EventBus } from '@millrace/events';
import { SERVICE_CONFIG } from '@millrace/service-kit';
import type { FeaturesConfig } from '../../config.ts';
import { BuildTrainingSet } from '../../flow/build-training-set.ts';
import { consumerHooks } from '../../flow/consumer-hooks.ts';
import { MaterializationMetrics } from '../../flow/materialization-metrics.ts';
import { PlannedServices } from '../../flow/planned-services.ts';
import { TraceEvent } from '../../flow/trace-event.ts';
import { HistorySinks } from '../../store/history-sinks.ts';
import { FEATURES_JOURNAL, type FeaturesJournal } from '../../tokens.ts';
import { now } from './clock.ts';

/** What is kept of events and vectors, and what is made out of it. */
export const history: readonly Provider[] = [
  {
    provide: HistorySinks,
    inject: [SERVICE_CONFIG, EventBus, ClickHouse, MaterializationMetrics],
    useFactory: (config: FeaturesConfig, bus: EventBus, clickhouse: ClickHouse, metrics: MaterializationMetrics) =>
      new HistorySinks({
        bus,
        clickhouse,
        maxWaitMs: config.own.MILLRACE_FEATURES_HISTORY_WAIT_MS,
        hooks: consumerHooks(metrics, bus.log),
      }),
  },
  {
    provide: BuildTrainingSet,
    inject: [ClickHouse, FEATURES_JOURNAL, PlannedServices],
    useFactory: (clickhouse: ClickHouse, journal: FeaturesJournal, services: PlannedServices) =>
      new BuildTrainingSet({ clickhouse, journal, services, now }),
  },
  {
    provide: TraceEvent,
    inject: [ClickHouse, FEATURES_JOURNAL, PlannedServices],
    useFactory: (clickhouse: ClickHouse, journal: FeaturesJournal, services: PlannedServices) =>
      new TraceEvent({ clickhouse, journal, services }),
  },
];
