import { setTimeout as delay } from 'node:timers/promises';
import type { Provider, Type } from '@nestjs/common';
import { ArtifactStore, MultipartUploads, openArtifacts, type Artifacts } from '@millrace/artifacts';
import { ClickHouse } from '@millrace/clickhouse';
import { Readiness, SERVICE_CONFIG, ServiceLog, Shutdown, untilAvailable } from '@millrace/service-kit';
import { registryAddress, type TrackingConfig } from '../config.ts';
import { ArtifactCollectionsController } from '../entry/artifacts/artifact-collections.controller.ts';
import { ArtifactContentsController } from '../entry/artifacts/artifact-contents.controller.ts';
import { ArtifactFilesController } from '../entry/artifacts/artifact-files.controller.ts';
import { ArtifactsController } from '../entry/artifacts/artifacts.controller.ts';
import { MultipartUploadsController } from '../entry/artifacts/multipart-uploads.controller.ts';
import { CollectArtifacts } from '../flow/artifacts/collect-artifacts.ts';
import { ArtifactQuota } from '../flow/artifacts/artifact-quota.ts';
import { ArtifactWrites } from '../flow/artifacts/artifact-writes.ts';
import { LiveRuns } from '../flow/runs/live-runs.ts';
import { MultipartArtifacts } from '../flow/artifacts/multipart-artifacts.ts';
import type { ArtifactUsage, ExperimentsJournal } from '../flow/ports.ts';
import { RunWrites } from '../flow/runs/run-writes.ts';
import { StoredArtifacts } from '../flow/artifacts/stored-artifacts.ts';
import { ClickHouseArtifactUsage } from '../store/artifacts/clickhouse-artifact-usage.ts';
import { RegistryPins } from '../store/artifacts/registry-pins.ts';
import { RegistrySources } from '../store/registry-sources.ts';
import { TRACKING_JOURNAL, VERSION_SOURCES } from '../tokens.ts';

const ARTIFACTS = Symbol('artifacts');
const ARTIFACT_USAGE = Symbol('artifact usage');
/** As long as it takes to count what an experiment has: of two that meet, one is done before the other tries again. */
const quotaPauseMs = 500;
const sweepEveryMs = 60 * 60 * 1000;
/** An upload in parts may rest as long as this between two of them. */
const abandonedAfterMs = 7 * 24 * 60 * 60 * 1000;

export const artifactControllers: Type[] = [
  ArtifactsController,
  MultipartUploadsController,
  ArtifactFilesController,
  ArtifactContentsController,
  ArtifactCollectionsController,
];

/** Files: where they lie, who names them, and how they come in. */
export const artifactProviders: Provider[] = [
  {
    provide: ARTIFACTS,
    inject: [SERVICE_CONFIG, ServiceLog, Readiness, Shutdown],
    useFactory: async (config: TrackingConfig, log: ServiceLog, readiness: Readiness, shutdown: Shutdown) => {
      const artifacts = await untilAvailable(log, 'artifacts', () => openArtifacts(config.artifacts.place));
      readiness.add('artifacts', () => artifacts.store.ping().then(() => true));
      const sweep = (): void => {
        artifacts
          .sweep(Date.now() - abandonedAfterMs)
          .catch((error: unknown) => log.warn('artifact-sweep-failed', { error }));
      };
      sweep();
      const timer = setInterval(sweep, sweepEveryMs);
      shutdown.add('consumers', 'artifact sweep', () => clearInterval(timer));
      return artifacts;
    },
  },
  { provide: ArtifactStore, inject: [ARTIFACTS], useFactory: ({ store }: Artifacts) => store },
  { provide: MultipartUploads, inject: [ARTIFACTS], useFactory: ({ uploads }: Artifacts) => uploads },
  {
    provide: ARTIFACT_USAGE,
    inject: [ClickHouse, LiveRuns],
    useFactory: (clickhouse: ClickHouse, live: LiveRuns) => new ClickHouseArtifactUsage(clickhouse, live),
  },
  {
    provide: CollectArtifacts,
    inject: [ArtifactStore, ARTIFACT_USAGE, SERVICE_CONFIG, ServiceLog, Shutdown],
    useFactory: (
      store: ArtifactStore,
      usage: ArtifactUsage,
      config: TrackingConfig,
      log: ServiceLog,
      shutdown: Shutdown,
    ) => {
      const { keptMs, collectEveryMs } = config.artifacts;
      const pins = new RegistryPins(registryAddress(config));
      const collection = new CollectArtifacts(store, usage, pins, { now: Date.now, keptMs });
      const collect = (): void => {
        collection.collect().then(
          (collected) => log.info('artifacts-collected', { ...collected }),
          (error: unknown) => log.warn('artifact-collection-failed', { error }),
        );
      };
      const timer = collectEveryMs === 0 ? undefined : setInterval(collect, collectEveryMs);
      shutdown.add('consumers', 'artifact collection', () => clearInterval(timer));
      return collection;
    },
  },
  {
    provide: VERSION_SOURCES,
    inject: [SERVICE_CONFIG],
    useFactory: (config: TrackingConfig) => new RegistrySources(registryAddress(config)),
  },
  {
    provide: ArtifactWrites,
    inject: [ArtifactStore, LiveRuns, RunWrites, TRACKING_JOURNAL, ARTIFACT_USAGE, SERVICE_CONFIG],
    useFactory: (
      store: ArtifactStore,
      live: LiveRuns,
      writes: RunWrites,
      experiments: ExperimentsJournal,
      usage: ArtifactUsage,
      config: TrackingConfig,
    ) => {
      const quota = new ArtifactQuota(experiments, usage, {
        serviceBytes: config.artifacts.quotaBytes,
        pause: (attempt) => delay(Math.random() * attempt * quotaPauseMs),
      });
      return new ArtifactWrites({ store, live, writes, quota, experiments });
    },
  },
  {
    provide: StoredArtifacts,
    inject: [ArtifactStore, LiveRuns, RunWrites, ArtifactWrites],
    useFactory: (store: ArtifactStore, live: LiveRuns, runs: RunWrites, writes: ArtifactWrites) =>
      new StoredArtifacts(store, live, runs, writes),
  },
  {
    provide: MultipartArtifacts,
    inject: [MultipartUploads, ArtifactWrites],
    useFactory: (uploads: MultipartUploads, writes: ArtifactWrites) => new MultipartArtifacts(uploads, writes),
  },
];
