import type { Provider, Type } from '@nestjs/common';
import type { Journal } from '@millrace/events';
import { EventBus } from '@millrace/events';
import {
  Access,
  Comments,
  HttpSubjects,
  openAccess,
  openPeopleJournal,
  type PeopleCommand,
  type PeopleJournal,
  type PeopleState,
} from '@millrace/people';
import { Readiness, SERVICE_CONFIG, ServiceLog, Shutdown } from '@millrace/service-kit';
import type { RegistryConfig } from './config.ts';
import { ModelGrantsController } from './entry/people/model-grants.controller.ts';
import { registryRoutes } from './entry/people/registry-routes.ts';
import { VersionCommentsController } from './entry/people/version-comments.controller.ts';
import { RegisteredSubjects } from './flow/people/registered-subjects.ts';
import type { RegistryJournal } from './flow/ports.ts';
import { PEOPLE_JOURNAL, REGISTRY_JOURNAL } from './tokens.ts';

export const peopleControllers: Type[] = [ModelGrantsController, VersionCommentsController];

/** Who asks and what they may. */
export const peopleProviders: Provider[] = [
  {
    provide: PEOPLE_JOURNAL,
    inject: [EventBus, ServiceLog, Readiness, Shutdown],
    useFactory: (bus: EventBus, log: ServiceLog, readiness: Readiness, shutdown: Shutdown) =>
      openPeopleJournal({ bus, log, readiness, shutdown }),
  },
  {
    provide: RegisteredSubjects,
    inject: [REGISTRY_JOURNAL, SERVICE_CONFIG],
    useFactory: (journal: RegistryJournal, { upstream, access }: RegistryConfig) =>
      new RegisteredSubjects(journal, new HttpSubjects(upstream.trackingUrl, access.serviceToken)),
  },
  {
    provide: Comments,
    inject: [PEOPLE_JOURNAL],
    useFactory: (journal: PeopleJournal) => new Comments(journal),
  },
  {
    provide: Access,
    inject: [PEOPLE_JOURNAL, SERVICE_CONFIG, RegisteredSubjects],
    useFactory: (journal: Journal<PeopleState, PeopleCommand>, config: RegistryConfig, subjects: RegisteredSubjects) =>
      openAccess(journal, config.access, { subjects, table: registryRoutes }),
  },
];
