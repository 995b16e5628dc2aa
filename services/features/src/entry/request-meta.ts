import type { Requested } from '../flow/manage-definitions.ts';

/** Who asks, and under which id a repeat is known. */
export function requestedBy(headers: Readonly<Record<string, string | string[] | undefined>>): Requested {
  const actor = basicUser(first(headers['authorization'])) ?? 'anonymous';
  const requestId = first(headers['idempotency-key']) ?? first(headers['x-request-id']);
  return requestId === undefined ? { actor } : { actor, requestId };
}

function first(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

function basicUser(authorization: string | undefined): string | undefined {
  const [, credentials] = /^Basic (\S+)$/i.exec(authorization ?? '') ?? [];
  const user =
    credentials === undefined ? undefined : Buffer.from(credentials, 'base64').toString('utf8').split(':', 1)[0];
  return user === '' ? undefined : user;
}
