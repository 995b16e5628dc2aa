import type { SourceRecord } from '../consumer/source-record.ts';
import type { LetterHeaders } from './dead-letter.ts';

export const PREFIX = 'millrace-dlq-';
export const REPLAYED = `${PREFIX}replayed`;
export const CUT = `${PREFIX}cut`;
/** In front of a header of the record itself that is called like one of ours: it could pass for what we say of the letter. */
const ORIGINAL = `${PREFIX}original-`;

/** Whether a letter's header is ours, and none that the record came with. */
export function isOurs(name: string): boolean {
  return name.startsWith(PREFIX) && !name.startsWith(ORIGINAL);
}

/** The headers of a record as its letter carries them. */
export function buriedHeaders(record: SourceRecord): Record<string, LetterHeaders[string]> {
  return renamed(allHeaders(record), (name) => (name.startsWith(PREFIX) ? ORIGINAL + name : name));
}

/** The headers of the record that a letter is of. */
export function exhumedHeaders(letter: SourceRecord): LetterHeaders {
  return renamed(allHeaders(letter), (name) => {
    if (isOurs(name)) return null;
    return name.startsWith(ORIGINAL) ? name.slice(ORIGINAL.length) : name;
  });
}

function allHeaders(record: SourceRecord): LetterHeaders {
  return { ...record.headers, ...record.unusualHeaders };
}

function renamed(
  headers: LetterHeaders,
  nameOf: (name: string) => string | null,
): Record<string, LetterHeaders[string]> {
  // Without a prototype: a foreign header may be called __proto__.
  const all = Object.create(null) as Record<string, LetterHeaders[string]>;
  for (const [name, value] of Object.entries(headers)) {
    const as = nameOf(name);
    if (as !== null) all[as] = value;
  }
  return all;
}
