import { Access, guardRoutes, peopleStatuses } from '@millrace/people';
import { startService } from '@millrace/service-kit';
import { driftConfig } from './config.ts';
import { DriftModule } from './drift.module.ts';

await startService({
  name: 'drift',
  description:
    'Compares what endpoints score with their reference, judges the scores when outcomes arrive, and raises alerts.',
  config: driftConfig,
  module: DriftModule,
  extendHttp: (fastify, { app }) => guardRoutes(fastify, app.get(Access)),
  statuses: peopleStatuses,
});
