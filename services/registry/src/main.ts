import { isMlflowPath, mlflowErrorBody, mlflowStatuses } from '@millrace/mlflow-protocol';
import { Access, guardRoutes, peopleStatuses } from '@millrace/people';
import { startService } from '@millrace/service-kit';
import { config } from './config.ts';
import { RegistryModule } from './registry.module.ts';

await startService({
  name: 'registry',
  description: 'Registered models, their versions, aliases and stages: MLflow’s registry API and our own.',
  config,
  module: RegistryModule,
  extendHttp: (fastify, { app }) => guardRoutes(fastify, app.get(Access)),
  statuses: { ...mlflowStatuses, ...peopleStatuses },
  renderProblem: (problem, path) => (isMlflowPath(path) ? { body: mlflowErrorBody(problem) } : undefined),
});
