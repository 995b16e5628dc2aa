import { createHash } from 'node:crypto';

/** The id of what a request creates: the same on every instance and at every repeat. 32 hexadecimal digits. */
export function idOfRequest(what: string, requestId: string): string {
  return createHash('sha256').update(`${what} ${requestId}`).digest('hex').slice(0, 32);
}

/** What a request asks for, in short: a repeat asks for the same. */
export function hashOfRequest(asked: unknown): string {
  return createHash('sha256').update(JSON.stringify(asked)).digest('hex').slice(0, 32);
}
