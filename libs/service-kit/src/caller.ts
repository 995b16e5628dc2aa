import type { IncomingHttpHeaders } from 'node:http';

/** Who asks, and the client's own id of the request when it gives one: a repeat of it has the first one's result. */
export interface Caller {
  readonly actor: string;
  readonly requestId?: string;
}

const longestActor = 200;
const longestRequestId = 200;

/** The user of basic authentication as MLflow's clients send it, else `anonymous`. The password is not looked at. */
export function callerOf(headers: IncomingHttpHeaders): Caller {
  const actor = basicUser(headers.authorization) ?? 'anonymous';
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
