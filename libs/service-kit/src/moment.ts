import { CodedError } from './coded-error.ts';

/** A time, or an offset in the log that a thing is written in. */
export type Moment = { readonly atMs: number } | { readonly offset: number };

/** Reads `1700000000000`, `2026-01-31T12:00:00Z` or `offset:41`. */
export function readMoment(text: string): Moment {
  const offset = /^offset:(\d{1,15})$/.exec(text)?.[1];
  if (offset !== undefined) return { offset: Number(offset) };
  const atMs = /^\d{1,15}$/.test(text) ? Number(text) : isoTime(text);
  if (Number.isFinite(atMs)) return { atMs };
  throw new CodedError(
    'MOMENT_INVALID',
    `at=${JSON.stringify(text.slice(0, 100))} is no moment: give milliseconds since 1970, a time in ISO 8601 with its zone such as 2026-01-31T12:00:00Z, or offset:N`,
  );
}

/** How a moment is named in a sentence. */
export function momentText(moment: Moment): string {
  return 'atMs' in moment ? `at ${new Date(moment.atMs).toISOString()}` : `at offset ${moment.offset}`;
}

/** With a zone or as a date: a time without one would mean another moment on every machine. */
function isoTime(text: string): number {
  const isZoned = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text);
  return isZoned ? Date.parse(text) : Number.NaN;
}
