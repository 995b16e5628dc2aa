import { mlflowErrorBody, mlflowStatuses } from './mlflow-error.ts';

/** Where MLflow's server takes OpenTelemetry's spans, beside its own API. */
export const otlpTracesPath = '/v1/traces';

/** The body of an error answer there: refusals of the store in MLflow's words, all else as MLflow's web framework says it. */
export function otlpErrorBody(problem: { code: string; status: number; detail: string }): unknown {
  return problem.code in mlflowStatuses ? mlflowErrorBody(problem) : { detail: problem.detail };
}
