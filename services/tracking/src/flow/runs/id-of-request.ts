import { createHash } from 'node:crypto';
import type { Subject } from './run-facts.ts';

/** The id of what a request creates: the same on every instance and at every repeat. 32 hexadecimal digits. */
export function idOfRequest(subject: Subject, requestId: string): string {
  return createHash('sha256').update(`${subject} ${requestId}`).digest('hex').slice(0, 32);
}
