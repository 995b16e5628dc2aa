import type { Provider } from '@nestjs/common';
import { EventBus } from '@millrace/events';
import { EvaluateCandidate } from '../../flow/evaluate-candidate.ts';
import { ManageDefinitions } from '../../flow/manage-definitions.ts';
import { PlannedServices } from '../../flow/planned-services.ts';
import { ServeOnlineFeatures } from '../../flow/serve-online-features.ts';
import { ViewStates } from '../../store/view-states.ts';
import { FEATURES_JOURNAL, type FeaturesJournal } from '../../tokens.ts';
import { now } from './clock.ts';

/** What is asked of states and definitions. */
export const serving: readonly Provider[] = [
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
];
