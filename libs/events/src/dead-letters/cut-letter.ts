import { createHash } from 'node:crypto';
import type { OutgoingRecord } from '../outgoing-record.ts';
import { sizeOf } from '../request-room.ts';
import type { LetterCut, LetterHeaders } from './dead-letter.ts';
import { CUT, isOurs } from './letter-headers.ts';

/** The key and the headers may each take so much of a letter before they give way to the value. */
const share = 0.25;

/**
 * A letter that fits into `maxBytes`: as many of the value's first bytes as there is room for, and a header of ours with
 * the size and the hash of what the record had. A key or headers that take a quarter of the room are cut too.
 */
export function cutLetter(letter: OutgoingRecord, maxBytes: number): OutgoingRecord {
  const cut: LetterCut[] = [];
  const headers: Record<string, LetterHeaders[string]> = { ...letter.headers };
  const bare = { key: null, value: null };
  const ownHeaders = Object.keys(headers).filter((name) => !isOurs(name));
  const withoutOwn = Object.fromEntries(Object.entries(headers).filter(([name]) => isOurs(name)));
  const ownBytes = sizeOf({ ...bare, headers }) - sizeOf({ ...bare, headers: withoutOwn });
  if (ownBytes > maxBytes * share) {
    for (const name of ownHeaders) delete headers[name];
    cut.push({ part: 'headers', sizeBytes: ownBytes });
  }
  const key = shortened('key', letter.key, maxBytes * share, cut);
  const room = maxBytes - sizeOf({ key, value: null, headers }) - noteBytes;
  const value = shortened('value', letter.value, Math.max(0, room), cut);
  headers[CUT] = Buffer.from(JSON.stringify(cut));
  return { ...letter, key, value, headers };
}

/** Room for the header that says what was cut. */
const noteBytes = 1_024;

function shortened(part: 'key' | 'value', bytes: Buffer | null, max: number, cut: LetterCut[]): Buffer | null {
  if (bytes === null || bytes.length <= max) return bytes;
  cut.push({ part, sizeBytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') });
  return bytes.subarray(0, Math.floor(max));
}
