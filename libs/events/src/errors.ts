/** A coded fault: `code` is stable, the message says what happened, with the value, and what to do. */
export class EventsError extends Error {
  readonly code: string;
  override readonly name: string = 'EventsError';

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** A dependency is down or slow: block and retry the same work, never dead-letter it. */
export class TransientError extends Error {
  readonly code: string = 'DEPENDENCY_UNAVAILABLE';
  /** What tells an outage from a fault where this class is not imported: over HTTP it becomes 503 with Retry-After. */
  readonly transient = true;
  /** What is down, for example `kafka` or `schema-registry`. */
  readonly dependency: string;
  override readonly name: string = 'TransientError';

  constructor(dependency: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.dependency = dependency;
  }
}
