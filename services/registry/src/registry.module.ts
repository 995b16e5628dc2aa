import { Module } from '@nestjs/common';
import { EventBus, Journal, JournalPublisher } from '@millrace/events';
import {
  KIT_PARTS,
  type KitParts,
  Readiness,
  SERVICE_CONFIG,
  ServiceLog,
  ServiceMetrics,
  Shutdown,
  startBeside,
  untilAvailable,
} from '@millrace/service-kit';
import { auditControllers, auditProviders } from './audit-providers.ts';
import { trackingAddress, type RegistryConfig } from './config.ts';
import { AliasesController } from './entry/aliases.controller.ts';
import { ArtifactPinsController } from './entry/artifact-pins.controller.ts';
import { ImportController } from './entry/import/import.controller.ts';
import { ModelVersionsController } from './entry/model-versions.controller.ts';
import { ModelsController } from './entry/models.controller.ts';
import { RegisteredModelsController } from './entry/registered-models.controller.ts';
import { countCommands } from './flow/command-metrics.ts';
import { GatherFacts } from './flow/lineage/gather-facts.ts';
import { RegisterVersion } from './flow/register-version.ts';
import { registryDomain } from './flow/registry-domain.ts';
import type { RegistryCommand } from './flow/registry-commands.ts';
import type { RegistryState } from './flow/registry-state.ts';
import type { ModelArtifacts, RegistryJournal, VersionMetrics } from './flow/ports.ts';
import { governanceControllers, governanceProviders, VERSION_METRICS } from './governance-providers.ts';
import { guardProviders, peopleControllers } from './people-providers.ts';
import { registryLane } from './publish/model-promoted.ts';
import { publishedTopics } from './publish/published-topics.ts';
import { TrackingLoggedModels } from './store/tracking-logged-models.ts';
import { MODEL_ARTIFACTS, REGISTRY_JOURNAL } from './tokens.ts';
import { webhooksControllers, webhooksProviders } from './webhooks-providers.ts';

const journalTopic = 'registry.journal';

@Module({
  controllers: [
    AliasesController,
    RegisteredModelsController,
    ModelVersionsController,
    ModelsController,
    ...governanceControllers,
    ArtifactPinsController,
    ImportController,
    ...auditControllers,
    ...peopleControllers,
    ...webhooksControllers,
  ],
  providers: [
    {
      provide: EventBus,
      inject: [SERVICE_CONFIG, ServiceLog, Readiness, Shutdown],
      useFactory: async (config: RegistryConfig, log: ServiceLog, readiness: Readiness, shutdown: Shutdown) => {
        const bus = await untilAvailable(log, 'events', () => EventBus.connect(config.events, log));
        readiness.add('events', () => bus.ping().then(() => true));
        shutdown.add('producers', 'events', () => bus.close());
        return bus;
      },
    },
    {
      provide: REGISTRY_JOURNAL,
      inject: [EventBus, ServiceLog, ServiceMetrics, Readiness, Shutdown],
      useFactory: async (
        bus: EventBus,
        log: ServiceLog,
        metrics: ServiceMetrics,
        readiness: Readiness,
        shutdown: Shutdown,
      ): Promise<Journal<RegistryState, RegistryCommand>> => {
        const options = { topic: journalTopic, domain: registryDomain };
        const journal = await untilAvailable(log, 'journal', () => Journal.open(bus, options));
        countCommands(journal, metrics);
        readiness.add('journal', () => ({ ok: journal.ready, detail: journal.fault?.message ?? 'replayed' }));
        shutdown.add('consumers', 'journal', () => journal.close());
        return journal;
      },
    },
    {
      provide: JournalPublisher,
      // After the journal: it makes the topic that the publisher reads.
      inject: [KIT_PARTS, EventBus, REGISTRY_JOURNAL],
      useFactory: async (parts: KitParts, bus: EventBus) => {
        await untilAvailable(parts.log, 'topics', () => bus.topics.ensure(publishedTopics));
        const options = { topic: journalTopic, domain: registryDomain, lane: registryLane };
        const part = new JournalPublisher(bus, options);
        startBeside(parts, { part, title: 'publisher', check: 'publisher' });
        return part;
      },
    },
    {
      provide: RegisterVersion,
      inject: [REGISTRY_JOURNAL, MODEL_ARTIFACTS, GatherFacts, VERSION_METRICS, SERVICE_CONFIG, ServiceLog],
      useFactory: (
        journal: RegistryJournal,
        artifacts: ModelArtifacts,
        facts: GatherFacts,
        metrics: VersionMetrics,
        config: RegistryConfig,
        log: ServiceLog,
      ) => {
        const loggedModels = new TrackingLoggedModels(trackingAddress(config), log);
        return new RegisterVersion({ journal, artifacts, facts, metrics, loggedModels });
      },
    },
    ...governanceProviders,
    ...auditProviders,
    ...guardProviders,
    ...webhooksProviders,
  ],
})
export class RegistryModule {}
