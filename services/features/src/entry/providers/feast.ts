import type { Provider } from '@nestjs/common';
import { EventBus } from '@millrace/events';
import { OnlineStore } from '@millrace/online-store';
import { Access } from '@millrace/people';
import { SERVICE_CONFIG, ServiceLog, Shutdown } from '@millrace/service-kit';
import type { FeaturesConfig } from '../../config.ts';
import { PushFeatures } from '../../flow/feast/push-features.ts';
import { ReadOnlineFeatures } from '../../flow/feast/read-online-features.ts';
import { ReadPlans } from '../../flow/feast/read-plans.ts';
import { ServeRegistry } from '../../flow/feast/serve-registry.ts';
import { PlannedServices } from '../../flow/planned-services.ts';
import { OnlineProgress } from '../../store/online-progress.ts';
import { ViewStates } from '../../store/view-states.ts';
import { FEATURES_JOURNAL, type FeaturesJournal } from '../../tokens.ts';
import { RegistryServer } from '../grpc/registry-server.ts';
import { now } from './clock.ts';

/** What answers Feast's protocol. */
export const feast: readonly Provider[] = [
  {
    provide: ReadOnlineFeatures,
    inject: [SERVICE_CONFIG, FEATURES_JOURNAL, ViewStates],
    useFactory: (config: FeaturesConfig, journal: FeaturesJournal, states: ViewStates) =>
      new ReadOnlineFeatures({
        plans: new ReadPlans(journal),
        states,
        maxCells: config.own.MILLRACE_FEATURES_MAX_READ_CELLS,
        now,
      }),
  },
  {
    provide: PushFeatures,
    inject: [SERVICE_CONFIG, EventBus, OnlineStore, FEATURES_JOURNAL, PlannedServices],
    useFactory: (
      config: FeaturesConfig,
      bus: EventBus,
      store: OnlineStore,
      journal: FeaturesJournal,
      services: PlannedServices,
    ) =>
      new PushFeatures({
        bus,
        journal,
        services,
        applied: new OnlineProgress(store.states, bus.topics),
        maxRecordBytes: config.own.MILLRACE_FEATURES_MAX_RECORD_BYTES,
        now,
      }),
  },
  {
    provide: ServeRegistry,
    inject: [FEATURES_JOURNAL],
    useFactory: (journal: FeaturesJournal) => new ServeRegistry(journal),
  },
  {
    provide: RegistryServer,
    inject: [SERVICE_CONFIG, ServeRegistry, Access, ServiceLog, Shutdown],
    useFactory: async (
      config: FeaturesConfig,
      registry: ServeRegistry,
      access: Access,
      log: ServiceLog,
      shutdown: Shutdown,
    ) => {
      const server = new RegistryServer({ registry, access, log });
      const port = config.own.MILLRACE_FEATURES_GRPC_PORT;
      if (port !== undefined) {
        await server.listen(config.service.host, port);
        shutdown.add('http', 'feast-registry', () => server.close());
        log.info('feast-registry-listening', { port });
      }
      return server;
    },
  },
];
