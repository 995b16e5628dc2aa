import { Access, guardRoutes, peopleStatuses } from '@millrace/people';
import { startService } from '@millrace/service-kit';
import { inferenceConfig } from './config.ts';
import { problemStatuses } from './errors.ts';
import { InferenceModule } from './inference.module.ts';

await startService({
  name: 'inference',
  description: 'Scores feature vectors with promoted models, as they stream by and on request.',
  config: inferenceConfig,
  module: InferenceModule,
  extendHttp: (fastify, { app }) => guardRoutes(fastify, app.get(Access)),
  statuses: { ...problemStatuses, ...peopleStatuses },
});
