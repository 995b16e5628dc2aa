import { Module } from '@nestjs/common';
import { ClickHouse } from '@millrace/clickhouse';
import { EventBus, Journal } from '@millrace/events';
import { OnlineStore } from '@millrace/online-store';
import { HttpSubjects, RememberedSubjects, roleProviders } from '@millrace/people';
import { topics } from '@millrace/schemas';
import { Readiness, SERVICE_CONFIG, ServiceLog, ServiceMetrics, Shutdown, untilAvailable } from '@millrace/service-kit';
import type { FeaturesConfig } from './config.ts';
import { DefinitionsController } from './entry/definitions.controller.ts';
import { HistoryController } from './entry/history.controller.ts';
import { OnlineFeaturesController } from './entry/online-features.controller.ts';
import { featuresRoutes } from './entry/people/features-routes.ts';
import { openPipelines } from './entry/open-pipelines.ts';
import { SourcePipelines } from './entry/source-pipelines.ts';
import { StartFeatures } from './entry/start-features.ts';
import { BuildTrainingSet } from './flow/build-training-set.ts';
import { CheckParity } from './flow/check-parity.ts';
import { CompleteBuilds } from './flow/complete-builds.ts';
import { consumerHooks } from './flow/consumer-hooks.ts';
import { featuresDomain, type FeaturesCommand, type FeaturesState } from './flow/definitions-domain.ts';
import { EvaluateCandidate } from './flow/evaluate-candidate.ts';
import { ManageDefinitions } from './flow/manage-definitions.ts';
import { MaterializationMetrics } from './flow/materialization-metrics.ts';
import { PlannedServices } from './flow/planned-services.ts';
import { ServeOnlineFeatures } from './flow/serve-online-features.ts';
import { SweepRetired } from './flow/sweep-retired.ts';
import { TraceEvent } from './flow/trace-event.ts';
import { HistorySinks } from './store/history-sinks.ts';
import { ViewStates } from './store/view-states.ts';
import { FEATURES_JOURNAL } from './tokens.ts';

type FeaturesJournal = Journal<FeaturesState, FeaturesCommand>;

const now = (): number => Date.now();

@Module({
  controllers: [DefinitionsController, OnlineFeaturesController, HistoryController],
  providers: [
    {
      provide: RememberedSubjects,
      inject: [SERVICE_CONFIG],
      useFactory: ({ upstream, access }: FeaturesConfig) =>
        new RememberedSubjects({ of: new HttpSubjects(upstream.registryUrl, access.serviceToken), now }),
    },
    ...roleProviders({ table: featuresRoutes, subjects: RememberedSubjects }),
    {
      provide: EventBus,
      inject: [SERVICE_CONFIG, ServiceLog, Readiness, Shutdown],
      useFactory: async (config: FeaturesConfig, log: ServiceLog, readiness: Readiness, shutdown: Shutdown) => {
        const bus = await untilAvailable(log, 'events', () => EventBus.connect(config.events, log));
        readiness.add('events', () => bus.ping().then(() => true));
        shutdown.add('producers', 'events', () => bus.close());
        return bus;
      },
    },
    {
      provide: FEATURES_JOURNAL,
      inject: [EventBus, ServiceLog, Readiness, Shutdown],
      useFactory: async (
        bus: EventBus,
        log: ServiceLog,
        readiness: Readiness,
        shutdown: Shutdown,
      ): Promise<FeaturesJournal> => {
        const topic = topics['features.journal'];
        const journal = await untilAvailable(log, 'journal', async () => {
          await bus.topics.ensure([topic, topics['features.vectors']]);
          return Journal.open(bus, { topic: topic.name, domain: featuresDomain });
        });
        readiness.add('journal', () => ({ ok: journal.ready, detail: journal.fault?.message ?? 'replayed' }));
        shutdown.add('consumers', 'journal', () => journal.close());
        return journal;
      },
    },
    {
      provide: OnlineStore,
      inject: [SERVICE_CONFIG, ServiceLog, Readiness, Shutdown],
      useFactory: async (config: FeaturesConfig, log: ServiceLog, readiness: Readiness, shutdown: Shutdown) => {
        const store = await untilAvailable(log, 'online-store', () => OnlineStore.connect(config.onlineStore, log));
        readiness.add('online-store', () => store.ping().then(() => true));
        shutdown.add('stores', 'online-store', () => store.close());
        return store;
      },
    },
    {
      provide: ClickHouse,
      inject: [SERVICE_CONFIG, Readiness, Shutdown],
      useFactory: (config: FeaturesConfig, readiness: Readiness, shutdown: Shutdown) => {
        const clickhouse = new ClickHouse(config.clickhouse);
        readiness.add('clickhouse', () => clickhouse.ping().then(() => true));
        shutdown.add('stores', 'clickhouse', () => clickhouse.close());
        return clickhouse;
      },
    },
    {
      provide: PlannedServices,
      inject: [FEATURES_JOURNAL],
      useFactory: (journal: FeaturesJournal) => new PlannedServices(journal),
    },
    {
      provide: ViewStates,
      inject: [EventBus, OnlineStore],
      useFactory: (bus: EventBus, store: OnlineStore) => new ViewStates({ bus, store: store.states, now }),
    },
    {
      provide: MaterializationMetrics,
      inject: [ServiceMetrics],
      useFactory: (metrics: ServiceMetrics) => new MaterializationMetrics(metrics),
    },
    {
      provide: SourcePipelines,
      inject: [SERVICE_CONFIG, EventBus, OnlineStore, ViewStates, MaterializationMetrics, CheckParity, ServiceLog],
      useFactory: (
        config: FeaturesConfig,
        bus: EventBus,
        store: OnlineStore,
        viewStates: ViewStates,
        metrics: MaterializationMetrics,
        parity: CheckParity,
        log: ServiceLog,
      ) =>
        untilAvailable(log, 'schemas', () =>
          openPipelines({ config, bus, store: store.states, viewStates, metrics, parity, now }),
        ),
    },
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
        const parityIntervalMs = config.own.MILLRACE_FEATURES_PARITY_INTERVAL_MS;
        return StartFeatures.begin({
          journal,
          services,
          pipelines,
          history,
          parity,
          completeBuilds,
          sweepRetired,
          parityIntervalMs,
          log,
          readiness,
          shutdown,
        });
      },
    },
    {
      provide: ServeOnlineFeatures,
      inject: [PlannedServices, ViewStates],
      useFactory: (services: PlannedServices, states: ViewStates) => new ServeOnlineFeatures(services, states, now),
    },
    {
      provide: EvaluateCandidate,
      inject: [EventBus, PlannedServices, ViewStates],
      useFactory: (bus: EventBus, services: PlannedServices, states: ViewStates) =>
        new EvaluateCandidate({ bus, services, states, now }),
    },
    {
      provide: ManageDefinitions,
      inject: [EventBus, FEATURES_JOURNAL],
      useFactory: (bus: EventBus, journal: FeaturesJournal) => new ManageDefinitions(bus.codec, journal),
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
  ],
})
export class FeaturesModule {}
