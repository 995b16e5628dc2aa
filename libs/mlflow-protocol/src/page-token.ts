import { invalidParameter } from './mlflow-error.ts';

/**
 * An opaque token that says where a page goes on, bound to its query: another query's token is refused instead of
 * giving a page out of nowhere.
 */
export function encodePageToken(query: unknown, position: unknown): string {
  return Buffer.from(JSON.stringify([fingerprint(query), position])).toString('base64url');
}

function decodePageToken(query: unknown, token: string): unknown {
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
  const position = decodePageToken(query, token);
  if (typeof position === 'number' && Number.isSafeInteger(position) && position >= 0) return position;
  throw invalidParameter('Invalid page token: it says no place in a list');
}

/** A page of a list that is at hand whole, by offset. */
export function pageOf<T>(
  items: readonly T[],
  { query, token, size }: { query: unknown; token: string | undefined; size: number },
): { page: readonly T[]; nextPageToken?: string } {
  const start = decodeOffset(query, token);
  const end = start + size;
  const page = items.slice(start, end);
  return end < items.length ? { page, nextPageToken: encodePageToken(query, end) } : { page };
}

/** FNV-1a over the query as JSON: enough to notice a mix-up. */
function fingerprint(query: unknown): string {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(JSON.stringify(query) ?? '')) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash.toString(36);
}
