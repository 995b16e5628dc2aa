/** MLflow's error codes and what they are in HTTP. */
export const mlflowStatuses = {
  INTERNAL_ERROR: 500,
  INVALID_STATE: 500,
  NOT_IMPLEMENTED: 501,
  TEMPORARILY_UNAVAILABLE: 503,
  REQUEST_LIMIT_EXCEEDED: 429,
  RESOURCE_EXHAUSTED: 429,
  ABORTED: 409,
  RESOURCE_CONFLICT: 409,
  ENDPOINT_NOT_FOUND: 404,
  RESOURCE_DOES_NOT_EXIST: 404,
  PERMISSION_DENIED: 403,
  UNAUTHENTICATED: 401,
  BAD_REQUEST: 400,
  RESOURCE_ALREADY_EXISTS: 400,
  INVALID_PARAMETER_VALUE: 400,
} as const satisfies Readonly<Record<string, number>>;

export type MlflowErrorCode = keyof typeof mlflowStatuses;

/** A refusal in MLflow's own terms: clients and tests look at the code and at the words. */
export class MlflowError extends Error {
  readonly code: MlflowErrorCode;
  override readonly name = 'MlflowError';

  constructor(code: MlflowErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export function invalidParameter(message: string): MlflowError {
  return new MlflowError('INVALID_PARAMETER_VALUE', message);
}

export function doesNotExist(message: string): MlflowError {
  return new MlflowError('RESOURCE_DOES_NOT_EXIST', message);
}

const codeByStatus: Readonly<Record<number, MlflowErrorCode>> = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'ENDPOINT_NOT_FOUND',
  409: 'RESOURCE_CONFLICT',
  413: 'INVALID_PARAMETER_VALUE',
  429: 'REQUEST_LIMIT_EXCEEDED',
  501: 'NOT_IMPLEMENTED',
  503: 'TEMPORARILY_UNAVAILABLE',
};

export interface MlflowErrorBody {
  readonly error_code: string;
  readonly message: string;
}

/** The body of an error answer under MLflow's paths, whatever failed. */
export function mlflowErrorBody(problem: { code: string; status: number; detail: string }): MlflowErrorBody {
  const code = problem.code in mlflowStatuses ? problem.code : (codeByStatus[problem.status] ?? 'INTERNAL_ERROR');
  return { error_code: code, message: problem.detail };
}

/** True of the paths that speak MLflow's protocol: under both prefixes and a version of it, its GraphQL, and those of files at the root. */
export function isMlflowPath(path: string): boolean {
  if (path === '/graphql' || path === '/get-artifact' || path === '/model-versions/get-artifact') return true;
  return /^\/(ajax-)?api\/[23]\.0\/mlflow(-artifacts)?\//.test(path);
}
