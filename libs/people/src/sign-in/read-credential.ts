/** What the header `Authorization` says, before anything of it is believed. */
export type Credential =
  | { readonly kind: 'none' }
  | { readonly kind: 'unreadable' }
  | { readonly kind: 'basic'; readonly user: string; readonly password: string }
  | { readonly kind: 'bearer'; readonly token: string };

const longest = 16 * 1024;

export function readCredential(authorization: string | undefined): Credential {
  if (authorization === undefined || authorization === '') return { kind: 'none' };
  if (authorization.length > longest) return { kind: 'unreadable' };
  const [, scheme = '', value = ''] = /^(\w+) +([A-Za-z0-9+/=._~-]+) *$/.exec(authorization) ?? [];
  if (scheme.toLowerCase() === 'bearer') return { kind: 'bearer', token: value };
  if (scheme.toLowerCase() !== 'basic') return { kind: 'unreadable' };
  const text = Buffer.from(value, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 1) return { kind: 'unreadable' };
  return { kind: 'basic', user: text.slice(0, colon), password: text.slice(colon + 1) };
}
