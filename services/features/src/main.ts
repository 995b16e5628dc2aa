import { feastStatuses, isFeastPath } from '@millrace/feast-protocol';
import { Access, guardRoutes, peopleStatuses } from '@millrace/people';
import { startService } from '@millrace/service-kit';
import { config } from './config.ts';
import { feastAnswer } from './entry/feast/feast-problem.ts';
import { FeaturesModule } from './features.module.ts';

await startService({
  name: 'features',
  description: 'Feature definitions, streaming materialization, online values, training sets and traces.',
  config,
  module: FeaturesModule,
  extendHttp: (fastify, { app }) => guardRoutes(fastify, app.get(Access)),
  statuses: { ...peopleStatuses, ...feastStatuses },
  renderProblem: (problem, path) => (isFeastPath(path) ? feastAnswer(problem) : undefined),
});
