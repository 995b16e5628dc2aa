import { encodePageToken, invalidParameter, readPageToken } from '@millrace/mlflow-protocol';
import { z } from 'zod';
import type { FoundRun, OrderValue, SearchOrder } from './run-search.ts';

/** The order of a search over found runs: NaN behind the values and missing behind NaN, either way; at last by id. */
export function foundOrder(order: readonly SearchOrder[]): (a: FoundRun, b: FoundRun) => number {
  return (a, b) => {
    for (const [index, { descending }] of order.entries()) {
      const [rank, value] = a.place[index] ?? nowhere;
      const [otherRank, other] = b.place[index] ?? nowhere;
      if (rank !== otherRank) return rank - otherRank;
      if (rank > 0) continue;
      const sign = compareValues(value, other);
      if (sign !== 0) return descending ? -sign : sign;
    }
    return compareTexts(a.id, b.id);
  };
}

/** Of what a found run says nothing. */
export const nowhere: OrderValue = [2, 0];

export function compareValues(a: number | string, b: number | string): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return compareTexts(String(a), String(b));
}

/** By code points, which is the order of the bytes of UTF-8; JavaScript's own is that of UTF-16. */
export function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  const end = Math.min(a.length, b.length);
  for (let at = 0; at < end; at += 1) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left === right) continue;
    const bothPlain = left < firstSurrogate && right < firstSurrogate;
    return bothPlain ? left - right : (a.codePointAt(at) ?? 0) - (b.codePointAt(at) ?? 0) || left - right;
  }
  return a.length - b.length;
}

const firstSurrogate = 0xd800;

const placeSchema = z.tuple([z.string(), z.array(z.tuple([z.number().int(), z.union([z.number(), z.string()])]))]);

/** The place of the last run of a page, not its number: runs that arrive meanwhile shift nothing. */
export function encodeFoundRun(query: unknown, { id, place }: FoundRun): string {
  return encodePageToken(query, [id, place]);
}

export function decodeFoundRun(query: unknown, token: string | undefined, orders: number): FoundRun | undefined {
  if (token === undefined || token === '') return undefined;
  const parsed = placeSchema.safeParse(readPageToken(query, token));
  if (!parsed.success || parsed.data[1].length !== orders) {
    throw invalidParameter('Invalid page token: it says no place in this order');
  }
  const [id, place] = parsed.data;
  return { id, place };
}
