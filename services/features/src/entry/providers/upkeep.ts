import type { Provider } from '@nestjs/common';
import { ClickHouse } from '@millrace/clickhouse';
import { EventBus } from '@millrace/events';
import { OnlineStore } from '@millrace/online-store';
import { Readiness, SERVICE_CONFIG, ServiceLog, ServiceMetrics, Shutdown } from '@millrace/service-kit';
import type { FeaturesConfig } from '../../config.ts';
import { CheckParity } from '../../flow/check-parity.ts';
import { CompleteBuilds } from '../../flow/complete-builds.ts';
import { PlannedServices } from '../../flow/planned-services.ts';
import { SweepRetired } from '../../flow/sweep-retired.ts';
import { HistorySinks } from '../../store/history-sinks.ts';
import { FEATURES_JOURNAL, type FeaturesJournal } from '../../tokens.ts';
import { SourcePipelines } from '../source-pipelines.ts';
import { StartFeatures, type Background } from '../start-features.ts';
import { sweepWhenDue } from '../sweep-when-due.ts';
import { now } from './clock.ts';

const buildsIntervalMs = 500;
/** Rounds of the parity check that may find nothing while there is traffic. */
const silentRounds = 20;

/** What goes on beside all requests. */
export const upkeep: readonly Provider[] = [
  {
    provide: CheckParity,
    inject: [SERVICE_CONFIG, ClickHouse, FEATURES_JOURNAL, PlannedServices, ServiceMetrics, ServiceLog, HistorySinks],
    useFactory: (
      config: FeaturesConfig,
      clickhouse: ClickHouse,
      journal: FeaturesJournal,
      services: PlannedServices,
      metrics: ServiceMetrics,
      log: ServiceLog,
      history: HistorySinks,
    ) =>
      new CheckParity({
        clickhouse,
        journal,
        services,
        metrics,
        log,
        sample: config.own.MILLRACE_FEATURES_PARITY_SAMPLE,
        storedUpTo: (log) => history.storedUpTo(log),
        now,
      }),
  },
  {
    provide: CompleteBuilds,
    inject: [EventBus, OnlineStore, FEATURES_JOURNAL, PlannedServices],
    useFactory: (bus: EventBus, store: OnlineStore, journal: FeaturesJournal, services: PlannedServices) =>
      new CompleteBuilds({ bus, store: store.states, journal, services }),
  },
  {
    provide: SweepRetired,
    inject: [EventBus, OnlineStore, FEATURES_JOURNAL, PlannedServices, HistorySinks],
    useFactory: (
      bus: EventBus,
      store: OnlineStore,
      journal: FeaturesJournal,
      services: PlannedServices,
      history: HistorySinks,
    ) =>
      new SweepRetired({
        bus,
        store: store.states,
        journal,
        services,
        finishHistory: (log) => history.finish(log),
      }),
  },
  {
    provide: StartFeatures,
    inject: [
      SERVICE_CONFIG,
      FEATURES_JOURNAL,
      PlannedServices,
      SourcePipelines,
      HistorySinks,
      CheckParity,
      CompleteBuilds,
      SweepRetired,
      ServiceLog,
      Readiness,
      Shutdown,
    ],
    useFactory: (
      config: FeaturesConfig,
      journal: FeaturesJournal,
      services: PlannedServices,
      pipelines: SourcePipelines,
      history: HistorySinks,
      parity: CheckParity,
      completeBuilds: CompleteBuilds,
      sweepRetired: SweepRetired,
      log: ServiceLog,
      readiness: Readiness,
      shutdown: Shutdown,
    ) => {
      const everyMs = config.own.MILLRACE_FEATURES_PARITY_INTERVAL_MS;
      readiness.add('parity', () => ({
        ok: parity.healthy(everyMs * silentRounds),
        detail: 'served vectors are recomputed in SQL and compared',
      }));
      const background: readonly Background[] = [
        { name: 'builds', everyMs: buildsIntervalMs, run: () => completeBuilds.run() },
        { name: 'parity', everyMs, run: () => parity.run() },
        sweepWhenDue(sweepRetired),
      ];
      return StartFeatures.begin({ journal, services, pipelines, history, background, log, readiness, shutdown });
    },
  },
];
