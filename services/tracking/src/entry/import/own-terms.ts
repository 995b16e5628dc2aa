import { MlflowError, type MlflowErrorCode } from '@millrace/mlflow-protocol';
import { CodedError } from '@millrace/service-kit';

/** What MLflow's codes are called in our own problem documents. */
const ownCodes: Partial<Readonly<Record<MlflowErrorCode, string>>> = {
  RESOURCE_DOES_NOT_EXIST: 'TRACKING_EXPERIMENT_NOT_FOUND',
  INVALID_PARAMETER_VALUE: 'TRACKING_REQUEST_INVALID',
  RESOURCE_ALREADY_EXISTS: 'TRACKING_IMPORT_CONFLICT',
  RESOURCE_CONFLICT: 'TRACKING_IMPORT_CONFLICT',
};

/** The outcome of a use case under our own paths: a refusal in MLflow's terms becomes one in ours. */
export async function inOwnTerms<T>(useCase: () => Promise<T>): Promise<T> {
  try {
    return await useCase();
  } catch (error) {
    const code = error instanceof MlflowError ? ownCodes[error.code] : undefined;
    throw code === undefined || !(error instanceof Error)
      ? error
      : new CodedError(code, error.message, { cause: error });
  }
}
