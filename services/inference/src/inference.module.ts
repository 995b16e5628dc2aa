import { ClickHouse } from '@millrace/clickhouse';
import { EventBus, Journal } from '@millrace/events';
import { HttpSubjects, RememberedSubjects, roleProviders } from '@millrace/people';
import { topics } from '@millrace/schemas';
import {
  KIT_PARTS,
  Readiness,
  SERVICE_CONFIG,
  ServiceLog,
  ServiceMetrics,
  Shutdown,
  untilAvailable,
  type KitParts,
} from '@millrace/service-kit';
import { Module } from '@nestjs/common';
import type { InferenceConfig } from './config.ts';
import { EndpointsController } from './entry/endpoints.controller.ts';
import { inferenceRoutes } from './entry/people/inference-routes.ts';
import { openVectorStream } from './entry/open-vector-stream.ts';
import { followRegistry } from './entry/registry-events.follower.ts';
import { ScoreController } from './entry/score.controller.ts';
import { ScoreVectorsController } from './entry/score-vectors.controller.ts';
import { DeployModel } from './flow/deploy-model.ts';
import type { EndpointCommand, EndpointsState } from './flow/endpoints-domain.ts';
import { endpointsDomain } from './flow/endpoints-domain.ts';
import { InferenceMetrics } from './flow/inference-metrics.ts';
import { ManageEndpoints } from './flow/manage-endpoints.ts';
import { ServedSubjects } from './flow/people/served-subjects.ts';
import { ScoreForComparison } from './flow/score-for-comparison.ts';
import { ScoreRequest } from './flow/score-request.ts';
import type { Clock } from './flow/score-vectors.ts';
import { ServedEndpoints } from './flow/served-endpoints.ts';
import { StartInference } from './flow/start-inference.ts';
import { TrialRunner } from './onnx/trial-runner.ts';
import { PredictionsPublisher } from './publish/predictions.publisher.ts';
import { startHistory } from './store/clickhouse-history.ts';
import { FeaturesHttp } from './store/features-http.ts';
import { OnlineStoreConnection } from './store/online-store-connection.ts';
import { RedisRequestRecords } from './store/redis-request-records.ts';
import { RegistryVersions } from './store/registry-versions.ts';
import { ServiceHttp } from './store/service-http.ts';
import { TrackingModelFiles } from './store/tracking-model-files.ts';

const clock: Clock = { now: () => Date.now(), elapsed: () => performance.now() };
type EndpointsJournal = Journal<EndpointsState, EndpointCommand>;

@Module({
  controllers: [EndpointsController, ScoreController, ScoreVectorsController],
  providers: [
    {
      provide: EventBus,
      useFactory: async (config: InferenceConfig, log: ServiceLog, shutdown: Shutdown) => {
        const bus = await untilAvailable(log, 'events', () => EventBus.connect(config.events, log));
        shutdown.add('producers', 'events', () => bus.close());
        return bus;
      },
      inject: [SERVICE_CONFIG, ServiceLog, Shutdown],
    },
    {
      provide: Journal,
      useFactory: async (bus: EventBus, log: ServiceLog, shutdown: Shutdown) => {
        const journal = await untilAvailable(log, 'journal', async () => {
          await bus.topics.ensure([topics['inference.journal']]);
          return Journal.open(bus, { topic: topics['inference.journal'].name, domain: endpointsDomain });
        });
        shutdown.add('consumers', 'journal', () => journal.close());
        return journal;
      },
      inject: [EventBus, ServiceLog, Shutdown],
    },
    {
      provide: ServedSubjects,
      useFactory: (journal: EndpointsJournal, { services, access }: InferenceConfig) => {
        const models = new HttpSubjects(services.registryUrl, access.serviceToken);
        return new ServedSubjects(journal, new RememberedSubjects({ of: models, now: () => clock.now() }));
      },
      inject: [Journal, SERVICE_CONFIG],
    },
    ...roleProviders({ table: inferenceRoutes, subjects: ServedSubjects }),
    {
      provide: PredictionsPublisher,
      useFactory: (bus: EventBus, log: ServiceLog) =>
        untilAvailable(log, 'predictions', () => PredictionsPublisher.open(bus)),
      inject: [EventBus, ServiceLog],
    },
    {
      provide: InferenceMetrics,
      useFactory: (metrics: ServiceMetrics) => new InferenceMetrics(metrics),
      inject: [ServiceMetrics],
    },
    {
      provide: FeaturesHttp,
      useFactory: ({ services, access }: InferenceConfig) =>
        new FeaturesHttp(
          new ServiceHttp({
            service: 'features',
            baseUrl: services.featuresUrl,
            timeoutMs: services.httpTimeoutMs,
            serviceToken: access.serviceToken,
          }),
        ),
      inject: [SERVICE_CONFIG],
    },
    {
      provide: RegistryVersions,
      useFactory: ({ services, access }: InferenceConfig) =>
        new RegistryVersions(
          new ServiceHttp({
            service: 'registry',
            baseUrl: services.registryUrl,
            timeoutMs: services.httpTimeoutMs,
            serviceToken: access.serviceToken,
          }),
        ),
      inject: [SERVICE_CONFIG],
    },
    {
      provide: TrialRunner,
      useFactory: ({ models }: InferenceConfig, shutdown: Shutdown) => {
        const trial = new TrialRunner(models.trial);
        trial.prepare();
        shutdown.add('consumers', 'trial', () => trial.close());
        return trial;
      },
      inject: [SERVICE_CONFIG, Shutdown],
    },
    {
      provide: DeployModel,
      useFactory: ({ services, access, models }: InferenceConfig, trial: TrialRunner) =>
        new DeployModel({
          artifacts: new TrackingModelFiles(
            new ServiceHttp({
              service: 'tracking',
              baseUrl: services.trackingUrl,
              timeoutMs: services.httpTimeoutMs,
              serviceToken: access.serviceToken,
            }),
            models.admission.maxModelBytes,
          ),
          trial,
          limits: models.admission,
          warmUpBatch: models.batchRows,
        }),
      inject: [SERVICE_CONFIG, TrialRunner],
    },
    {
      provide: ManageEndpoints,
      useFactory: (journal: EndpointsJournal, features: FeaturesHttp, versions: RegistryVersions) =>
        new ManageEndpoints(journal, { features, versions }),
      inject: [Journal, FeaturesHttp, RegistryVersions],
    },
    {
      provide: ServedEndpoints,
      useFactory: (
        ...[config, bus, publisher, metrics, deploy, manage, versions, log, serviceMetrics]: ServedParts
      ) => {
        const { batchRows: maxBatchRecords } = config.models;
        const served = new ServedEndpoints({
          versions,
          ports: {
            deploy: (version, signature) => deploy.run(version, signature),
            activate: (endpoint, first) => manage.activate(endpoint, first),
            openStream: (endpoint, sinceMs) =>
              openVectorStream(endpoint, sinceMs, { bus, publisher, metrics, clock, maxBatchRecords }),
            now: () => clock.now(),
            retryPauseMs: (attempt) => Math.min(5000 * 2 ** attempt, 300_000),
            log,
            onSwap: (swap) => metrics.swapped(swap),
            onRefusal: (refusal) => metrics.refused(refusal),
          },
        });
        metrics.watch(serviceMetrics, served);
        return served;
      },
      inject: [
        SERVICE_CONFIG,
        EventBus,
        PredictionsPublisher,
        InferenceMetrics,
        DeployModel,
        ManageEndpoints,
        RegistryVersions,
        ServiceLog,
        ServiceMetrics,
      ],
    },
    {
      provide: OnlineStoreConnection,
      useFactory: (config: InferenceConfig, log: ServiceLog, readiness: Readiness, shutdown: Shutdown) => {
        const connection = OnlineStoreConnection.open(config.onlineStore, log);
        readiness.add('online-store', () => connection.store.ping().then(() => true));
        shutdown.add('stores', 'online-store', () => connection.close());
        return connection;
      },
      inject: [SERVICE_CONFIG, ServiceLog, Readiness, Shutdown],
    },
    {
      provide: ScoreRequest,
      useFactory: (...[config, served, manage, features, connection, publisher, metrics, log]: ScoreParts) =>
        new ScoreRequest({
          served,
          confirmEndpoint: (name) => manage.get(name),
          features,
          records: new RedisRequestRecords(connection, config.requests.retentionMs),
          publish: publisher.publish,
          clock,
          onScored: (predictions) => metrics.scored(predictions),
          log,
        }),
      inject: [
        SERVICE_CONFIG,
        ServedEndpoints,
        ManageEndpoints,
        FeaturesHttp,
        OnlineStoreConnection,
        PredictionsPublisher,
        InferenceMetrics,
        ServiceLog,
      ],
    },
    {
      provide: ScoreForComparison,
      useFactory: (served: ServedEndpoints) => new ScoreForComparison(served),
      inject: [ServedEndpoints],
    },
    {
      provide: StartInference,
      useFactory: async (...[config, bus, journal, served, metrics, kit]: StartParts) => {
        const { log, readiness, shutdown } = kit;
        const clickhouse = new ClickHouse(config.clickhouse);
        const start = new StartInference({
          journal,
          served,
          followRegistry: (hear) => followRegistry(bus, hear),
          log,
        });
        shutdown.add('consumers', 'inference', () => start.stop());
        readiness.add('events', async () => {
          await bus.ping();
          return true;
        });
        for (const [name, check] of start.checks()) readiness.add(name, check);
        readiness.add('clickhouse', () => clickhouse.ping().then(() => true));
        shutdown.add('stores', 'clickhouse', () => clickhouse.close());
        await startHistory({ kit, bus, clickhouse, metrics });
        start.run();
        return start;
      },
      inject: [SERVICE_CONFIG, EventBus, Journal, ServedEndpoints, InferenceMetrics, KIT_PARTS],
    },
  ],
})
export class InferenceModule {}

type ServedParts = [
  InferenceConfig,
  EventBus,
  PredictionsPublisher,
  InferenceMetrics,
  DeployModel,
  ManageEndpoints,
  RegistryVersions,
  ServiceLog,
  ServiceMetrics,
];

type ScoreParts = [
  InferenceConfig,
  ServedEndpoints,
  ManageEndpoints,
  FeaturesHttp,
  OnlineStoreConnection,
  PredictionsPublisher,
  InferenceMetrics,
  ServiceLog,
];

type StartParts = [InferenceConfig, EventBus, EndpointsJournal, ServedEndpoints, InferenceMetrics, KitParts];
