import { CodedError, type Caller } from '@millrace/service-kit';
import type { PeopleJournal } from '../routes/access.ts';
import type { PeopleCommand } from './people-commands.ts';

/** The result of a command; what the rules refuse is thrown with its code. */
export async function submitForPeople(
  journal: PeopleJournal,
  command: PeopleCommand,
  caller: Caller & { readonly asked?: unknown },
): Promise<unknown> {
  const applied = await journal.submit(command, caller);
  if (!applied.ok) throw new CodedError(applied.code, applied.message);
  return applied.result;
}
