import { Remembered } from '../sign-in/remembered.ts';
import type { Subject } from '../roles/subject.ts';
import type { Subjects } from './access.ts';
import type { Named } from './route-needs.ts';

export interface RememberedSubjectsParts {
  readonly of: Subjects;
  readonly now: () => number;
}

const mostSubjects = 10_000;
const keptMs = 5_000;

/**
 * Asks another service at most every five seconds about the same thing: scoring does not wait for it. Roles are not remembered,
 * only who made the thing; what was deleted and made again by somebody else is theirs that much later. What is not there is asked again.
 */
export class RememberedSubjects implements Subjects {
  readonly #parts: RememberedSubjectsParts;
  readonly #known = new Remembered<string, { readonly subject: Subject; readonly untilMs: number }>(mostSubjects);

  constructor(parts: RememberedSubjectsParts) {
    this.#parts = parts;
  }

  async find(named: Named): Promise<Subject | null> {
    const { of, now } = this.#parts;
    const key = `${named.kind}:${named.id}`;
    const known = this.#known.get(key);
    if (known !== undefined && known.untilMs > now()) return known.subject;
    const subject = await of.find(named);
    if (subject !== null) this.#known.set(key, { subject, untilMs: now() + keptMs });
    return subject;
  }
}
