import type { Caller } from '@millrace/service-kit';
import { z } from 'zod';
import type { Comment } from './journal/people-state.ts';
import { submitForPeople } from './journal/submit-for-people.ts';
import type { SubjectRole } from './roles/role.ts';
import { isAtLeast } from './roles/role.ts';
import type { PeopleJournal } from './routes/access.ts';

const longestComment = 20_000;

export const commentText = z.strictObject({ text: z.string().trim().min(1).max(longestComment).describe('Markdown') });
export const commentResponse = z.object({
  id: z.string(),
  author: z.string(),
  text: z.string(),
  createdAtMs: z.number(),
  editedAtMs: z.number().nullable(),
});
export const commentsResponse = z.object({ comments: z.array(commentResponse) });

/** What people say of a run or a version. */
export class Comments {
  readonly #journal: PeopleJournal;

  constructor(journal: PeopleJournal) {
    this.#journal = journal;
  }

  /** Oldest first; those from before were about another thing of that name. */
  async list(on: string, sinceMs: number): Promise<Comment[]> {
    const { comments } = await this.#journal.read();
    return [...(comments.get(on)?.values() ?? [])].filter(({ createdAtMs }) => createdAtMs >= sinceMs);
  }

  async add(on: string, text: string, caller: Caller): Promise<Comment> {
    return (await submitForPeople(this.#journal, { type: 'add-comment', on, text }, caller)) as Comment;
  }

  /** By its author. */
  async edit({ on, id, text }: { on: string; id: string; text: string }, caller: Caller): Promise<Comment> {
    return (await submitForPeople(this.#journal, { type: 'edit-comment', on, id, text }, caller)) as Comment;
  }

  /** By its author or an admin of what it is about. */
  async delete({ on, id, role }: { on: string; id: string; role: SubjectRole }, caller: Caller): Promise<void> {
    const asAdmin = isAtLeast(role, 'admin');
    await submitForPeople(this.#journal, { type: 'delete-comment', on, id, asAdmin }, caller);
  }
}
