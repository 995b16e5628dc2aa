import { Module } from '@nestjs/common';
import { ClickHouse, ClickHouseSink, migrate, ownMigrations, sinkFetching } from '@millrace/clickhouse';
import { BatchConsumer, EventBus, Journal } from '@millrace/events';
import { HttpSubjects, RememberedSubjects, roleProviders } from '@millrace/people';
import { topics } from '@millrace/schemas';
import {
  KIT_PARTS,
  Readiness,
  SERVICE_CONFIG,
  ServiceLog,
  ServiceMetrics,
  Shutdown,
  startBeside,
  untilAvailable,
  type KitParts,
} from '@millrace/service-kit';
import type { DriftConfig } from './config.ts';
import { DriftController } from './entry/drift.controller.ts';
import { LeadershipConsumer } from './entry/leadership.consumer.ts';
import { driftRoutes } from './entry/people/drift-routes.ts';
import { MonitorsController } from './entry/monitors.controller.ts';
import { DetectDrift } from './flow/detect-drift.ts';
import { DriftMetrics } from './flow/drift-metrics.ts';
import { ManageMonitors } from './flow/manage-monitors.ts';
import type { MonitorCommand, Monitors } from './flow/monitors-domain.ts';
import { monitorsDomain } from './flow/monitors-domain.ts';
import { MonitoredSubjects } from './flow/people/monitored-subjects.ts';
import { RunRounds } from './flow/run-rounds.ts';
import { DriftEventsPublisher } from './publish/drift-events.publisher.ts';
import { ClickHouseDriftHistory } from './store/clickhouse-drift-history.ts';
import { ClickHousePredictionHistory } from './store/clickhouse-prediction-history.ts';
import { whenStored } from './store/drift-events-stored.ts';
import { DriftReader } from './store/drift-reader.ts';
import { driftSinkRows, storedTopics } from './store/drift-sink-rows.ts';
import { FeatureCatalog } from './store/feature-catalog.ts';
import { InferenceHttp } from './store/inference-http.ts';

const HISTORY_GROUP = 'drift.history';
const LEADER_GROUP = 'drift.leader';
const HISTORY = Symbol('drift history');
const LEADER = Symbol('leadership');

@Module({
  controllers: [MonitorsController, DriftController],
  providers: [
    {
      provide: EventBus,
      inject: [SERVICE_CONFIG, ServiceLog, Readiness, Shutdown],
      useFactory: async (config: DriftConfig, log: ServiceLog, readiness: Readiness, shutdown: Shutdown) => {
        const bus = await untilAvailable(log, 'events', () => EventBus.connect(config.events, log));
        readiness.add('events', () => bus.ping().then(() => true));
        shutdown.add('producers', 'events', () => bus.close());
        await untilAvailable(log, 'topics', () => bus.topics.ensure(storedTopics));
        return bus;
      },
    },
    {
      provide: ClickHouse,
      inject: [SERVICE_CONFIG, ServiceLog, Readiness, Shutdown],
      useFactory: async (config: DriftConfig, log: ServiceLog, readiness: Readiness, shutdown: Shutdown) => {
        const clickhouse = new ClickHouse(config.clickhouse);
        readiness.add('clickhouse', () => clickhouse.ping().then(() => true));
        shutdown.add('stores', 'clickhouse', () => clickhouse.close());
        await untilAvailable(log, 'clickhouse', () => migrate(clickhouse, ownMigrations, log));
        return clickhouse;
      },
    },
    {
      provide: Journal,
      inject: [EventBus, ServiceLog, Readiness, Shutdown],
      useFactory: async (bus: EventBus, log: ServiceLog, readiness: Readiness, shutdown: Shutdown) => {
        const options = { topic: topics['drift.journal'].name, domain: monitorsDomain };
        const journal = await untilAvailable(log, 'journal', () => Journal.open(bus, options));
        readiness.add('journal', () => ({ ok: journal.ready, detail: journal.fault?.message ?? 'replayed' }));
        shutdown.add('consumers', 'journal', () => journal.close());
        return journal;
      },
    },
    {
      provide: MonitoredSubjects,
      inject: [Journal, SERVICE_CONFIG],
      useFactory: (journal: Journal<Monitors, MonitorCommand>, { own, access }: DriftConfig) => {
        const endpoints = new HttpSubjects(own.inferenceUrl, access.serviceToken);
        return new MonitoredSubjects(journal, new RememberedSubjects({ of: endpoints, now: () => Date.now() }));
      },
    },
    ...roleProviders({ table: driftRoutes, subjects: MonitoredSubjects }),
    {
      provide: FeatureCatalog,
      inject: [SERVICE_CONFIG],
      useFactory: ({ own, access }: DriftConfig) => new FeatureCatalog(own.featuresUrl, access.serviceToken),
    },
    {
      provide: InferenceHttp,
      inject: [SERVICE_CONFIG],
      useFactory: ({ own, access }: DriftConfig) => new InferenceHttp(own.inferenceUrl, access.serviceToken),
    },
    {
      provide: ManageMonitors,
      inject: [Journal, FeatureCatalog, InferenceHttp],
      useFactory: (journal: Journal<Monitors, MonitorCommand>, catalog: FeatureCatalog, inference: InferenceHttp) =>
        new ManageMonitors(journal, {
          featuresOf: (endpoint) => inference.featuresOf(endpoint),
          isFeatureService: (name, version) => catalog.isFeatureService(name, version),
        }),
    },
    { provide: DriftReader, inject: [ClickHouse], useFactory: (clickhouse: ClickHouse) => new DriftReader(clickhouse) },
    {
      provide: DriftMetrics,
      inject: [ServiceMetrics],
      useFactory: (metrics: ServiceMetrics) => new DriftMetrics(metrics),
    },
    {
      provide: HISTORY,
      inject: [EventBus, ClickHouse, DriftMetrics, KIT_PARTS],
      useFactory: (bus: EventBus, clickhouse: ClickHouse, metrics: DriftMetrics, parts: KitParts) => {
        const sink = new ClickHouseSink({
          inserter: clickhouse,
          group: bus.topics.name(HISTORY_GROUP),
          map: driftSinkRows(bus),
          hooks: { onFlush: ({ rows }) => metrics.stored(rows) },
        });
        const stored = storedTopics.map((topic) => bus.topics.name(topic.name));
        const part = new BatchConsumer(bus, {
          group: HISTORY_GROUP,
          topics: stored,
          handler: sink,
          hooks: { onDeadLetter: ({ reason }) => metrics.deadLettered(HISTORY_GROUP, reason) },
          ...sinkFetching,
        });
        startBeside(parts, { part, title: 'history', check: 'history' });
        return part;
      },
    },
    {
      provide: RunRounds,
      inject: [
        SERVICE_CONFIG,
        EventBus,
        ClickHouse,
        Journal,
        ManageMonitors,
        FeatureCatalog,
        InferenceHttp,
        ServiceLog,
        DriftMetrics,
      ],
      useFactory: (
        config: DriftConfig,
        bus: EventBus,
        clickhouse: ClickHouse,
        journal: Journal<Monitors, MonitorCommand>,
        manage: ManageMonitors,
        catalog: FeatureCatalog,
        inference: InferenceHttp,
        log: ServiceLog,
        metrics: DriftMetrics,
      ) => {
        const { roundMs, limits } = config.own;
        const detect = new DetectDrift({
          history: new ClickHousePredictionHistory(clickhouse, catalog),
          drift: new ClickHouseDriftHistory(clickhouse),
          events: new DriftEventsPublisher(bus),
          scorer: inference,
          freeze: (monitor, frozen) => manage.freeze(monitor, frozen),
          now: () => Date.now(),
          limits,
          onReported: (reported) => metrics.reported(reported),
          onFault: ({ monitor, window, error }) => {
            metrics.fault(monitor.endpoint, 'window');
            log.error('window-failed', { monitor: monitor.name, windowStartMs: window.startMs, error });
          },
        });
        return new RunRounds({
          detect,
          monitors: () => [...journal.state.values()],
          note: (monitor, note) => manage.note(monitor, note),
          caughtUp: (signal) => whenStored({ bus, clickhouse }, signal),
          roundMs,
          now: () => Date.now(),
          log,
          onRound: (round) => metrics.round(round),
          onFault: ({ endpoint }) => metrics.fault(endpoint, 'monitor'),
          onLeading: (isLeading) => metrics.leading(isLeading),
        });
      },
    },
    {
      provide: LEADER,
      // After the journal: it makes the topic that is read.
      inject: [EventBus, RunRounds, KIT_PARTS, Journal],
      useFactory: (bus: EventBus, rounds: RunRounds, parts: KitParts) => {
        const part = new BatchConsumer(bus, {
          group: LEADER_GROUP,
          topics: [bus.topics.name(topics['drift.journal'].name)],
          handler: new LeadershipConsumer(rounds),
        });
        const whileRunning = (): string => (rounds.isLeading ? 'leading' : 'another instance leads');
        startBeside(parts, { part, title: 'leadership', check: 'leadership', whileRunning });
        return part;
      },
    },
  ],
})
export class DriftModule {}
