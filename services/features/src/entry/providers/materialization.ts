import type { Provider } from '@nestjs/common';
import { EventBus } from '@millrace/events';
import { OnlineStore } from '@millrace/online-store';
import { SERVICE_CONFIG, ServiceLog, ServiceMetrics, untilAvailable } from '@millrace/service-kit';
import type { FeaturesConfig } from '../../config.ts';
import { CheckParity } from '../../flow/check-parity.ts';
import { MaterializationMetrics } from '../../flow/materialization-metrics.ts';
import { PlannedServices } from '../../flow/planned-services.ts';
import { ViewStates } from '../../store/view-states.ts';
import { FEATURES_JOURNAL, type FeaturesJournal } from '../../tokens.ts';
import { openPipelines } from '../open-pipelines.ts';
import { SourcePipelines } from '../source-pipelines.ts';
import { now } from './clock.ts';

/** From events to states and vectors. */
export const materialization: readonly Provider[] = [
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
];
