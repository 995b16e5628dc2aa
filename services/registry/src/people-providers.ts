import type { Provider, Type } from '@nestjs/common';
import { HttpSubjects, peopleProviders } from '@millrace/people';
import { SERVICE_CONFIG } from '@millrace/service-kit';
import type { RegistryConfig } from './config.ts';
import { ModelGrantsController } from './entry/people/model-grants.controller.ts';
import { registryRoutes } from './entry/people/registry-routes.ts';
import { VersionCommentsController } from './entry/people/version-comments.controller.ts';
import { RegisteredSubjects } from './flow/people/registered-subjects.ts';
import type { RegistryJournal } from './flow/ports.ts';
import { REGISTRY_JOURNAL } from './tokens.ts';

export const peopleControllers: Type[] = [ModelGrantsController, VersionCommentsController];

/** Who asks and what they may. */
export const guardProviders: Provider[] = [
  {
    provide: RegisteredSubjects,
    inject: [REGISTRY_JOURNAL, SERVICE_CONFIG],
    useFactory: (journal: RegistryJournal, { upstream, access }: RegistryConfig) =>
      new RegisteredSubjects(journal, new HttpSubjects(upstream.trackingUrl, access.serviceToken)),
  },
  ...peopleProviders({ table: registryRoutes, subjects: RegisteredSubjects }),
];
