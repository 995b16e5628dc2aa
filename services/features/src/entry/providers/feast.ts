import type { Provider } from '@nestjs/common';
import { SERVICE_CONFIG } from '@millrace/service-kit';
import type { FeaturesConfig } from '../../config.ts';
import { ReadOnlineFeatures } from '../../flow/feast/read-online-features.ts';
import { ReadPlans } from '../../flow/feast/read-plans.ts';
import { ServeRegistry } from '../../flow/feast/serve-registry.ts';
import { ViewStates } from '../../store/view-states.ts';
import { FEATURES_JOURNAL, type FeaturesJournal } from '../../tokens.ts';
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
    provide: ServeRegistry,
    inject: [FEATURES_JOURNAL],
    useFactory: (journal: FeaturesJournal) => new ServeRegistry(journal),
  },
];
