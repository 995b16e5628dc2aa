import { createHash } from 'node:crypto';
import type { EntityRow } from './ports.ts';

/** What is to be scored: entities whose features are read, or whole events as if they had been appended. */
export type ScoringInput =
  | { readonly kind: 'entities'; readonly rows: readonly EntityRow[]; readonly atMs: number | null }
  | { readonly kind: 'events'; readonly events: readonly Readonly<Record<string, unknown>>[] };

export interface ScoringRequest {
  readonly endpoint: string;
  /** The caller's id, or one that was drawn: with the endpoint's name it is what a repeat is known by. */
  readonly requestId: string;
  /** `one` row is answered by itself and has the request's own id; of `many` each has an id of its own. */
  readonly form: 'one' | 'many';
  readonly input: ScoringInput;
}

/** Stands between the id of a request and the number of a row, so an id itself must not hold it. */
export const rowSeparator = '/';

/** The id of each row, in order. */
export function rowIds({ requestId, form, input }: ScoringRequest): string[] {
  const count = input.kind === 'entities' ? input.rows.length : input.events.length;
  if (form === 'one') return [requestId];
  return Array.from({ length: count }, (_, row) => `${requestId}${rowSeparator}${row}`);
}

/** The same for the same request, in whatever order its fields were sent. */
export function bodyHash({ form, input }: ScoringRequest): string {
  const body = JSON.stringify({ form, input }, (_, value: unknown) =>
    isRecord(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value,
  );
  return createHash('sha256').update(body).digest('hex');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
