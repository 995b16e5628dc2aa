import {
  isMlflowPath,
  mlflowErrorBody,
  mlflowStatuses,
  otlpErrorBody,
  otlpTracesPath,
} from '@millrace/mlflow-protocol';
import { Access, guardRoutes, peopleStatuses } from '@millrace/people';
import { startService } from '@millrace/service-kit';
import { config } from './config.ts';
import { hotRoutes } from './entry/runs/hot-routes.ts';
import { TrackingModule } from './tracking.module.ts';

await startService({
  name: 'tracking',
  description: 'Experiments, runs, logged models and artifacts: MLflow’s tracking API and our own.',
  config,
  module: TrackingModule,
  hotRoutes,
  extendHttp: (fastify, { app }) => guardRoutes(fastify, app.get(Access)),
  // MLflow's client repeats a 429 for minutes; a quota that is used up does not pass by itself.
  statuses: { ...mlflowStatuses, ...peopleStatuses, RESOURCE_EXHAUSTED: 413 },
  renderProblem: (problem, path) => {
    if (path === otlpTracesPath) return { body: otlpErrorBody(problem) };
    return isMlflowPath(path) ? { body: mlflowErrorBody(problem) } : undefined;
  },
  streamsBody: ({ method, path }) =>
    path === otlpTracesPath ||
    (method === 'PUT' && /^\/(ajax-)?api\/2\.0\/mlflow-artifacts\/(artifacts|mpu\/parts)\//.test(path)) ||
    (method === 'POST' && /^\/(ajax-)?api\/2\.0\/mlflow\/upload-artifact$/.test(path)),
});
