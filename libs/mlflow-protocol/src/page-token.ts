import { invalidParameter } from './mlflow-error.ts';

/**
 * An opaque token that says where a page goes on, bound to its query: another query's token is refused instead of
 * giving a page out of nowhere.
 */
export function encodePageToken(query: unknown, position: unknown): string {
  return Buffer.from(JSON.stringify([fingerprint(query), position])).toString('base64url');
}

/** The position that a token says, whatever it is by now; undefined without a token. */
export function readPageToken(query: unknown, token: string | undefined): unknown {
  if (token === undefined || token === '') return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(token, 'base64url').toString());
  } catch {
    parsed = undefined;
  }
  if (!Array.isArray(parsed) || parsed.length !== 2)
    throw invalidParameter(`Invalid page token: ${token.slice(0, 100)}`);
  if (parsed[0] !== fingerprint(query)) throw invalidParameter('Invalid page token: it belongs to another query');
  return parsed[1];
}

/** For lists that are paged by a number of rows: what a token that we did not make says may be anything. */
export function decodeOffset(query: unknown, token: string | undefined): number {
  if (token === undefined || token === '') return 0;
  const position = readPageToken(query, token);
  if (typeof position === 'number' && Number.isSafeInteger(position) && position >= 0) return position;
  throw invalidParameter('Invalid page token: it says no place in a list');
}

/** FNV-1a over the query as JSON: enough to notice a mix-up. */
function fingerprint(query: unknown): string {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(JSON.stringify(query) ?? '')) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash.toString(36);
}
