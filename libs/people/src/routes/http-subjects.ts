import { UnavailableError } from '@millrace/service-kit';
import { z } from 'zod';
import type { Subject } from '../roles/subject.ts';
import { authorizationOf } from '../sign-in/authorization-of.ts';
import type { Subjects } from './access.ts';
import { subjectsPath } from './guard-routes.ts';
import type { Named } from './route-needs.ts';

const timeoutMs = 10_000;
const answer = z.object({
  kind: z.enum(['experiment', 'model']),
  id: z.string(),
  createdBy: z.string().nullable(),
  createdAtMs: z.number(),
});

/** Asks another service of ours what a thing of its belongs to. */
export class HttpSubjects implements Subjects {
  readonly #url: string;
  readonly #serviceToken: string | undefined;

  constructor(url: string, serviceToken: string | undefined) {
    this.#url = url;
    this.#serviceToken = serviceToken;
  }

  async find({ kind, id }: Named): Promise<Subject | null> {
    const query = new URLSearchParams({ kind, id });
    try {
      const response = await fetch(`${this.#url}${subjectsPath}?${query.toString()}`, {
        headers: authorizationOf(this.#serviceToken),
        signal: AbortSignal.timeout(timeoutMs),
      });
      if (response.ok) return answer.parse(await response.json());
      await response.body?.cancel();
      if (response.status === 404) return null;
      throw new Error(`it answered ${response.status}`);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new UnavailableError(
        'ACCESS_SUBJECT_UNAVAILABLE',
        `${this.#url} cannot say what belongs to whom: ${reason}`,
        {
          cause,
        },
      );
    }
  }
}
