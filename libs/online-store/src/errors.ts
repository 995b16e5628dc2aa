import { TransientError } from '@millrace/events';

/** Redis is down, restarting, loading its data or refusing writes: stream code waits, HTTP answers 503. */
export class OnlineStoreUnavailable extends TransientError {
  override readonly code = 'ONLINE_STORE_UNAVAILABLE';
  override readonly name = 'OnlineStoreUnavailable';

  constructor(message: string, options?: ErrorOptions) {
    super('redis', message, options);
  }
}

export type OnlineStoreErrorCode =
  'ONLINE_STORE_OVERLAP' | 'ONLINE_STORE_NOT_CLAIMED' | 'ONLINE_STORE_BAD_KEY' | 'ONLINE_STORE_FAULT';

/** A fault that does not pass by waiting. */
export class OnlineStoreError extends Error {
  readonly code: OnlineStoreErrorCode;

  constructor(code: OnlineStoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'OnlineStoreError';
    this.code = code;
  }
}

/** Replies that a healthy Redis stops giving by itself: starting up, failing over, out of memory, disk full. */
const TRANSIENT_REPLY =
  /^(LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|BUSY|MISCONF|OOM|NOREPLICAS|UNBLOCKED|ERR max number of clients)/;

/** Everything that is not a reply comes from the connection: closed, timed out, refused, retries used up. */
export function asOnlineStoreError(error: unknown): Error {
  if (error instanceof OnlineStoreUnavailable || error instanceof OnlineStoreError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const isReply = error instanceof Error && error.name === 'ReplyError';
  const reply = message.replace(/^ERR Error running script.*?: /, '');
  if (isReply && !TRANSIENT_REPLY.test(reply) && !/\b(OOM|MISCONF|READONLY) /.test(reply)) {
    return new OnlineStoreError('ONLINE_STORE_FAULT', `Redis refused a command: ${message}`, { cause: error });
  }
  return new OnlineStoreUnavailable(`Redis is not available: ${message}`, { cause: error });
}
