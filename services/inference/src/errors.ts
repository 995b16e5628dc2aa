import { CodedError } from '@millrace/service-kit';

export function endpointNotFound(name: string): CodedError {
  return new CodedError('INFERENCE_ENDPOINT_NOT_FOUND', `there is no endpoint "${name}"`);
}

export function endpointInactive(name: string, reason: string): CodedError {
  return new CodedError('INFERENCE_ENDPOINT_INACTIVE', `endpoint "${name}" is inactive: ${reason}`);
}

/** The statuses of codes that their suffix does not settle. */
export const problemStatuses: Readonly<Record<string, number>> = {
  INFERENCE_ENDPOINT_INACTIVE: 409,
  INFERENCE_ENDPOINT_LOADING: 503,
  INFERENCE_FEATURES_REJECTED: 400,
  INFERENCE_FEATURE_SERVICE_CHANGED: 409,
  INFERENCE_MODEL_FAILED: 500,
};
