import type { Provider } from '@nestjs/common';
import { SERVICE_CONFIG } from '@millrace/service-kit';
import { trackingAddress, type RegistryConfig } from './config.ts';
import { LineageController } from './entry/governance/lineage.controller.ts';
import { VersionsController } from './entry/governance/versions.controller.ts';
import { EvidenceController } from './entry/governance/evidence.controller.ts';
import { PromotionsController } from './entry/governance/promotions.controller.ts';
import { GatherFacts, type TrackedRuns } from './flow/lineage/gather-facts.ts';
import { TraceVersion } from './flow/lineage/trace-version.ts';
import { JudgeVersion } from './flow/judge-version.ts';
import type { ModelArtifacts, RegistryJournal, VersionMetrics } from './flow/ports.ts';
import { PromoteVersion } from './flow/promote-version.ts';
import { InferenceEndpoints } from './store/inference-endpoints.ts';
import { TrackingHttp } from './store/tracking-http.ts';
import { TrackingModelArtifacts } from './store/tracking-model-artifacts.ts';
import { TrackingRuns } from './store/tracking-runs.ts';
import { TrackingVersionMetrics } from './store/tracking-version-metrics.ts';
import { ARCHIVE_RETENTION_MS, MODEL_ARTIFACTS, REGISTRY_JOURNAL } from './tokens.ts';

export const VERSION_METRICS = Symbol('version metrics');
const TRACKED_RUNS = Symbol('tracked runs');

export const governanceControllers = [PromotionsController, EvidenceController, VersionsController, LineageController];

/** Promotion: its rules, what they look at, and where that is asked for. */
export const governanceProviders: Provider[] = [
  {
    provide: TrackingHttp,
    inject: [SERVICE_CONFIG],
    useFactory: (config: RegistryConfig) => new TrackingHttp(trackingAddress(config)),
  },
  {
    provide: ARCHIVE_RETENTION_MS,
    inject: [SERVICE_CONFIG],
    useFactory: (config: RegistryConfig) => config.retention.archivedMs,
  },
  {
    provide: MODEL_ARTIFACTS,
    inject: [TrackingHttp],
    useFactory: (tracking: TrackingHttp) => new TrackingModelArtifacts(tracking),
  },
  {
    provide: VERSION_METRICS,
    inject: [TrackingHttp],
    useFactory: (tracking: TrackingHttp) => new TrackingVersionMetrics(tracking),
  },
  {
    provide: TRACKED_RUNS,
    inject: [TrackingHttp],
    useFactory: (tracking: TrackingHttp) => new TrackingRuns(tracking),
  },
  {
    provide: GatherFacts,
    inject: [TRACKED_RUNS],
    useFactory: (runs: TrackedRuns) => new GatherFacts(runs),
  },
  {
    provide: TraceVersion,
    inject: [REGISTRY_JOURNAL, TRACKED_RUNS, SERVICE_CONFIG],
    useFactory: (journal: RegistryJournal, runs: TrackedRuns, config: RegistryConfig) =>
      new TraceVersion(journal, runs, new InferenceEndpoints(config.upstream.inferenceUrl, config.access.serviceToken)),
  },
  {
    provide: PromoteVersion,
    inject: [REGISTRY_JOURNAL, MODEL_ARTIFACTS, VERSION_METRICS],
    useFactory: (journal: RegistryJournal, artifacts: ModelArtifacts, metrics: VersionMetrics) =>
      new PromoteVersion(journal, artifacts, metrics),
  },
  {
    provide: JudgeVersion,
    inject: [REGISTRY_JOURNAL, MODEL_ARTIFACTS],
    useFactory: (journal: RegistryJournal, artifacts: ModelArtifacts) => new JudgeVersion(journal, artifacts),
  },
];
