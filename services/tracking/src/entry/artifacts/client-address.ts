import type { IncomingHttpHeaders } from 'node:http';

/**
 * The address under which the client has reached us: as it is set, else as the gateway and other proxies say, else as the
 * request does. It is only ever told to that same client.
 */
export function clientAddress(headers: IncomingHttpHeaders, publicUrl: string | null): string {
  if (publicUrl !== null) return publicUrl;
  const host = first(headers['x-forwarded-host']) ?? headers.host ?? 'localhost';
  const scheme = first(headers['x-forwarded-proto']) === 'https' ? 'https' : 'http';
  const prefix = first(headers['x-forwarded-prefix'])?.replace(/\/+$/, '') ?? '';
  return `${scheme}://${host}${/^(\/[\w.~-]+)*$/.test(prefix) ? prefix : ''}`;
}

function first(header: string | string[] | undefined): string | undefined {
  const value = (Array.isArray(header) ? header[0] : header)?.split(',')[0]?.trim();
  return value === '' ? undefined : value;
}
