/** One thing that is wrong with what was sent, and where: `features[0].window`. */
export interface Fault {
  readonly path: string;
  readonly message: string;
}

export interface CodedErrorOptions extends ErrorOptions {
  /** Every fault of the request, so that a caller mends all of them at once. */
  readonly faults?: readonly Fault[];
  /** Seconds after which the same request may succeed; only for outages. */
  readonly retryAfterSeconds?: number;
}

/**
 * A fault with a stable code such as `REGISTRY_MODEL_NOT_FOUND`. Any error with such a `code` is treated alike, so
 * that libraries need not import this class.
 */
export class CodedError extends Error {
  readonly code: string;
  readonly faults: readonly Fault[];
  readonly retryAfterSeconds: number | undefined;

  constructor(code: string, message: string, options: CodedErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'CodedError';
    this.code = code;
    this.faults = options.faults ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** A dependency does not answer: callers get 503 with Retry-After, consumers wait and try again. */
export class UnavailableError extends CodedError {
  readonly transient = true;

  constructor(code: string, message: string, options: CodedErrorOptions = {}) {
    super(code, message, options);
    this.name = 'UnavailableError';
  }
}

/** True of every error that says of itself that it passes (`transient: true`), whichever library threw it. */
export function isTransient(error: unknown): error is Error {
  return error instanceof Error && 'transient' in error && error.transient === true;
}
