import { isMlflowPath, mlflowErrorBody, mlflowStatuses } from '@millrace/mlflow-protocol';
import { startService } from '@millrace/service-kit';
import { config } from './config.ts';
import { TrackingModule } from './tracking.module.ts';

await startService({
  name: 'tracking',
  description: 'Experiments, runs, logged models and artifacts: MLflow’s tracking API and our own.',
  config,
  module: TrackingModule,
  statuses: mlflowStatuses,
  renderProblem: (problem, path) => (isMlflowPath(path) ? { body: mlflowErrorBody(problem) } : undefined),
  streamsBody: ({ method, path }) =>
    method === 'PUT' && /^\/(ajax-)?api\/2\.0\/mlflow-artifacts\/artifacts\//.test(path),
});
