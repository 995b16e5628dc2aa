import { CodedError, UnavailableError } from '@millrace/service-kit';

export function endpointNotFound(name: string): CodedError {
  return new CodedError('INFERENCE_ENDPOINT_NOT_FOUND', `there is no endpoint "${name}"`);
}

export function endpointInactive(name: string, reason: string): CodedError {
  return new CodedError('INFERENCE_ENDPOINT_INACTIVE', `endpoint "${name}" is inactive: ${reason}`);
}

export function endpointLoading(name: string, reason: string): UnavailableError {
  return new UnavailableError('INFERENCE_ENDPOINT_LOADING', `endpoint "${name}" is loading its model: ${reason}`);
}

export function requestIdReused({ endpoint, requestId }: { endpoint: string; requestId: string }): CodedError {
  return new CodedError(
    'INFERENCE_REQUEST_ID_REUSED',
    `request id "${requestId}" of endpoint "${endpoint}" was used with another body: give each request its own id, ` +
      'and a repeat the same body',
  );
}

export function timeNotCome(atMs: number, nowMs: number): CodedError {
  const message = `${new Date(atMs).toISOString()} has not come: features are known up to now (${new Date(nowMs).toISOString()})`;
  return new CodedError('REQUEST_INVALID', `at: ${message}`, { faults: [{ path: 'at', message }] });
}

/** The statuses of codes that their suffix does not settle. */
export const problemStatuses: Readonly<Record<string, number>> = {
  INFERENCE_ENDPOINT_INACTIVE: 409,
  INFERENCE_ENDPOINT_LOADING: 503,
  INFERENCE_FEATURES_REJECTED: 400,
  INFERENCE_FEATURE_SERVICE_CHANGED: 409,
  INFERENCE_MODEL_FAILED: 422,
  INFERENCE_REQUEST_ID_REUSED: 409,
};
