import type { IncomingHttpHeaders } from 'node:http';

/** Who asks, and the client's own id of the request when it gives one: a repeat of it has the first one's result. */
export interface Caller {
  readonly actor: string;
  readonly requestId?: string;
}

const longestActor = 200;
const longestRequestId = 200;

/** Callers that have proven who they are, by the headers of their request. */
const proven = new WeakMap<IncomingHttpHeaders, string>();

/** To be called by what has checked who sends a request: from then on the request is theirs, whatever it says itself. */
export function nameCaller(headers: IncomingHttpHeaders, actor: string): void {
  proven.set(headers, actor);
}

/**
 * Who has proven to send the request. Where nobody has to, the user of basic authentication as MLflow's clients send it, whose
 * password is not looked at, else `anonymous`.
 */
export function callerOf(headers: IncomingHttpHeaders): Caller {
  const actor = proven.get(headers) ?? basicUser(headers.authorization) ?? 'anonymous';
  const requestId = headers['idempotency-key'];
  return typeof requestId === 'string' && requestId !== ''
    ? { actor, requestId: requestId.slice(0, longestRequestId) }
    : { actor };
}

function basicUser(authorization: string | undefined): string | undefined {
  const match = /^Basic ([A-Za-z0-9+/=_-]+)$/i.exec(authorization ?? '');
  if (!match?.[1]) return undefined;
  const user =
    Buffer.from(match[1], 'base64')
      .toString('utf8')
      .split(':', 1)[0]
      ?.replace(/\p{Cc}/gu, '') ?? '';
  return user === '' ? undefined : user.slice(0, longestActor);
}
