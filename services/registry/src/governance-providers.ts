import type { Provider } from '@nestjs/common';
import { SERVICE_CONFIG } from '@millrace/service-kit';
import type { RegistryConfig } from './config.ts';
import { EvidenceController } from './entry/governance/evidence.controller.ts';
import { PromotionsController } from './entry/governance/promotions.controller.ts';
import { JudgeVersion } from './flow/judge-version.ts';
import type { ModelArtifacts, RegistryJournal, VersionMetrics } from './flow/ports.ts';
import { PromoteVersion } from './flow/promote-version.ts';
import { TrackingHttp } from './store/tracking-http.ts';
import { TrackingModelArtifacts } from './store/tracking-model-artifacts.ts';
import { TrackingVersionMetrics } from './store/tracking-version-metrics.ts';
import { ARCHIVE_RETENTION_MS, MODEL_ARTIFACTS, REGISTRY_JOURNAL } from './tokens.ts';

const VERSION_METRICS = Symbol('version metrics');

export const governanceControllers = [PromotionsController, EvidenceController];

/** Promotion: its rules, what they look at, and where that is asked for. */
export const governanceProviders: Provider[] = [
  {
    provide: TrackingHttp,
    inject: [SERVICE_CONFIG],
    useFactory: (config: RegistryConfig) => new TrackingHttp(config.upstream.trackingUrl),
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
