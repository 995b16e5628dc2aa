import type { Applied, SubjectChange } from './journal-domain.ts';

export interface WatchedSubject {
  readonly kind: string;
  /** Undefined for what the command makes: the result of the command has its `id` then, and a refused one has none. */
  readonly id: string | undefined;
  /** What it is now; null where it is not there. A copy of what commands change in place. */
  readonly snapshot: (id: string | undefined) => unknown;
}

/** `Domain.watch` of a command that is about one thing and changes nothing else. */
export function watchOne({ kind, id, snapshot }: WatchedSubject): (applied: Applied) => readonly SubjectChange[] {
  const before = snapshot(id);
  return (applied) => {
    const found = id ?? (applied.ok ? (applied.result as { readonly id: string }).id : '');
    return [{ kind, id: found, before, after: snapshot(found) }];
  };
}
