import type { Provider } from '@nestjs/common';
import { HttpSubjects, RememberedSubjects, roleProviders } from '@millrace/people';
import { SERVICE_CONFIG } from '@millrace/service-kit';
import type { FeaturesConfig } from '../../config.ts';
import { featuresRoutes } from '../people/features-routes.ts';
import { now } from './clock.ts';

/** Who may do what. */
export const people: readonly Provider[] = [
  {
    provide: RememberedSubjects,
    inject: [SERVICE_CONFIG],
    useFactory: ({ upstream, access }: FeaturesConfig) =>
      new RememberedSubjects({ of: new HttpSubjects(upstream.registryUrl, access.serviceToken), now }),
  },
  ...roleProviders({ table: featuresRoutes, subjects: RememberedSubjects }),
];
