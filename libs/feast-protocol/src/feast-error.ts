/** Feast's exceptions by our codes, and what they are in HTTP. The stock client repeats 429 and 5xx and then shows no text. */
export const feastErrors = {
  FEAST_FEATURE_VIEW_NOT_FOUND: { status: 404, class: 'FeatureViewNotFoundException' },
  FEAST_FEATURE_VIEW_VERSION_NOT_FOUND: { status: 404, class: 'FeatureViewVersionNotFound' },
  FEAST_FEATURE_NOT_FOUND: { status: 404, class: 'SpecifiedFeaturesNotPresentError' },
  FEAST_ON_DEMAND_VIEW_NOT_FOUND: { status: 404, class: 'OnDemandFeatureViewNotFoundException' },
  FEAST_ENTITY_NOT_FOUND: { status: 404, class: 'EntityNotFoundException' },
  FEAST_DATA_SOURCE_NOT_FOUND: { status: 404, class: 'DataSourceObjectNotFoundException' },
  FEAST_CALL_UNKNOWN: { status: 404, class: 'FeastError' },
  FEAST_FEATURE_SERVICE_NOT_FOUND: { status: 404, class: 'FeatureServiceNotFoundException' },
  FEAST_REQUEST_DATA_NOT_FOUND: { status: 404, class: 'RequestDataNotFoundInEntityRowsException' },
  FEAST_PUSH_SOURCE_REFUSED: { status: 422, class: 'PushSourceNotFoundException' },
  FEAST_NAME_COLLISION_INVALID: { status: 400, class: 'FeatureNameCollisionError' },
  FEAST_READ_ONLY_NOT_PERMITTED: { status: 403, class: 'ReadOnlyRegistryException' },
  /** What was sent cannot be what it should be. */
  FEAST_BODY_REFUSED: { status: 422, class: 'FeastError' },
  FEAST_REQUEST_INVALID: { status: 400, class: 'FeastError' },
  FEAST_REQUEST_TOO_LARGE: { status: 413, class: 'FeastError' },
  /** What would be read or was written is not there yet: the same request succeeds later. */
  FEAST_NOT_YET: { status: 425, class: 'FeastError' },
} as const satisfies Readonly<Record<string, { readonly status: number; readonly class: string }>>;

export type FeastErrorCode = keyof typeof feastErrors;

/** A refusal that the stock client raises as one of Feast's own exceptions. */
export class FeastError extends Error {
  readonly code: FeastErrorCode;
  override readonly name = 'FeastError';

  constructor(code: FeastErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export const feastStatuses: Readonly<Record<string, number>> = Object.fromEntries(
  Object.entries(feastErrors).map(([code, { status }]) => [code, status]),
);

interface Problem {
  readonly code: string;
  readonly status: number;
  readonly detail: string;
}

/** What makes the stock client raise one of its own exceptions: a JSON document as one JSON string, and no object. */
export function feastErrorDetail({ code, status, detail }: Problem): string {
  const known = code in feastErrors ? feastErrors[code as FeastErrorCode].class : undefined;
  const denied = status === 401 || status === 403 ? 'FeastPermissionError' : 'FeastError';
  return JSON.stringify({ module: 'feast.errors', class: known ?? denied, message: detail });
}

/** True of the paths that speak Feast's protocol. */
export function isFeastPath(path: string): boolean {
  return path === '/feast' || path.startsWith('/feast/');
}
