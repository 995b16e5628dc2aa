import { Access, guardRoutes, peopleStatuses } from '@millrace/people';
import { startService } from '@millrace/service-kit';
import { config } from './config.ts';
import { FeaturesModule } from './features.module.ts';

await startService({
  name: 'features',
  description: 'Feature definitions, streaming materialization, online values, training sets and traces.',
  config,
  module: FeaturesModule,
  extendHttp: (fastify, { app }) => guardRoutes(fastify, app.get(Access)),
  statuses: peopleStatuses,
});
