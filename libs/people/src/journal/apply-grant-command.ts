import type { Applied, CommandMeta } from '@millrace/events';
import { subjectKey } from '../roles/subject.ts';
import type { GrantCommand } from './people-commands.ts';
import { versionKey } from './comment-places.ts';
import type { Comment, Grant, PeopleState } from './people-state.ts';
import { lastAdmin } from './rejections.ts';

export function applyGrantCommand(state: PeopleState, command: GrantCommand, meta: CommandMeta): Applied {
  switch (command.type) {
    case 'set-global-role':
      return setGlobalRole(state, command);
    case 'set-grant': {
      const grants = state.grants.get(command.subject) ?? new Map<string, Grant>();
      const { name, role } = command;
      if (role === null) grants.delete(name);
      else grants.set(name, { user: name, role, grantedBy: meta.actor, grantedAtMs: meta.atMs });
      state.grants.set(command.subject, grants);
      return { ok: true, result: grants.get(name) ?? null };
    }
    default:
      moveModel(state, command.from, command.to);
      return { ok: true, result: null };
  }
}

function setGlobalRole(
  state: PeopleState,
  { name, role }: Extract<GrantCommand, { type: 'set-global-role' }>,
): Applied {
  const admins = [...state.globalRoles].filter(([, of]) => of === 'admin');
  if (role !== 'admin' && admins.length === 1 && admins[0]?.[0] === name) return lastAdmin(name);
  if (role === null) state.globalRoles.delete(name);
  else state.globalRoles.set(name, role);
  return { ok: true, result: { name, role } };
}

/** What lies under the new name is of a model that was there before, and goes. */
function moveModel(state: PeopleState, from: string, to: string): void {
  const [oldKey, newKey] = [from, to].map((id) => subjectKey({ kind: 'model', id }));
  if (oldKey === undefined || newKey === undefined || from === to) return;
  const grants = state.grants.get(oldKey);
  state.grants.delete(newKey);
  if (grants !== undefined) state.grants.set(newKey, grants);
  state.grants.delete(oldKey);
  const isOf = (name: string) => (on: string) => on.startsWith(versionKey(name, ''));
  for (const on of [...state.comments.keys()].filter(isOf(to))) state.comments.delete(on);
  for (const on of [...state.comments.keys()].filter(isOf(from))) {
    const moved = versionKey(to, on.slice(versionKey(from, '').length));
    state.comments.set(moved, state.comments.get(on) ?? new Map<string, Comment>());
    state.comments.delete(on);
  }
}
