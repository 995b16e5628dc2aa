import { CodedError } from '@millrace/service-kit';
import { MlflowError, type MlflowErrorCode } from '@millrace/mlflow-protocol';
import { RefusedCommand } from '../../flow/registry-writes.ts';

/** What MLflow's codes are called in our own problem documents. */
const ownCodes: Partial<Readonly<Record<MlflowErrorCode, string>>> = {
  RESOURCE_DOES_NOT_EXIST: 'REGISTRY_VERSION_NOT_FOUND',
  INVALID_PARAMETER_VALUE: 'REGISTRY_REQUEST_INVALID',
  RESOURCE_CONFLICT: 'REGISTRY_CONFLICT',
  RESOURCE_ALREADY_EXISTS: 'REGISTRY_MODEL_CONFLICT',
};

/** The outcome of a use case under our own paths: a refusal in MLflow's terms becomes one in ours. */
export async function inOwnTerms<T>(outcome: Promise<T>): Promise<T> {
  try {
    return await outcome;
  } catch (error) {
    if (!(error instanceof MlflowError)) throw error;
    const refused = error instanceof RefusedCommand ? error : undefined;
    const code = refused?.ownCode ?? ownCodes[error.code];
    throw code === undefined
      ? error
      : new CodedError(code, error.message, { cause: error, faults: refused?.faults ?? [] });
  }
}
