import type { Applied, CommandMeta } from '@millrace/events';
import type { UserCommand } from './people-commands.ts';
import { hasAdmin, type PeopleState, type User } from './people-state.ts';
import { keyNotFound, lastAdmin, nameRetired, userExists, userNotFound } from './rejections.ts';

export function applyUserCommand(state: PeopleState, command: UserCommand, meta: CommandMeta): Applied {
  switch (command.type) {
    case 'create-user': {
      if (state.users.has(command.name)) return userExists(command.name);
      if (state.retiredNames.has(command.name)) return nameRetired(command.name);
      if (command.role !== null) state.globalRoles.set(command.name, command.role);
      return put(state, userOf(command, meta));
    }
    case 'ensure-admin': {
      if (hasAdmin(state)) return { ok: true, result: null };
      if (state.retiredNames.has(command.name)) return nameRetired(command.name);
      state.globalRoles.set(command.name, 'admin');
      return put(state, userOf(command, meta));
    }
    case 'create-key':
      return createKey(state, command, meta);
    case 'revoke-key': {
      const key = state.keys.get(command.id);
      if (key === undefined) return keyNotFound(command.id);
      state.keys.delete(key.id);
      state.keyByHash.delete(key.hash);
      return { ok: true, result: key };
    }
    default: {
      const user = state.users.get(command.name);
      if (user === undefined) return userNotFound(command.name);
      if (command.type === 'set-password') return put(state, { ...user, passwordHash: command.passwordHash });
      return remove(state, user);
    }
  }
}

function userOf({ name, passwordHash }: Pick<User, 'name' | 'passwordHash'>, { atMs, actor }: CommandMeta): User {
  return { name, passwordHash, createdAtMs: atMs, createdBy: actor };
}

function put(state: PeopleState, user: User): Applied {
  state.users.set(user.name, user);
  return { ok: true, result: user };
}

function createKey(
  state: PeopleState,
  { id, user, hash, description, expiresAtMs }: Extract<UserCommand, { type: 'create-key' }>,
  { atMs }: CommandMeta,
): Applied {
  if (!state.users.has(user)) return userNotFound(user);
  const key = { id, user, hash, description, expiresAtMs, createdAtMs: atMs };
  state.keys.set(id, key);
  state.keyByHash.set(hash, key);
  return { ok: true, result: key };
}

/** With the user go their keys and roles; what they made stays, and their name is given to nobody else. */
function remove(state: PeopleState, user: User): Applied {
  const { name } = user;
  const admins = [...state.globalRoles].filter(([, role]) => role === 'admin');
  if (admins.length === 1 && admins[0]?.[0] === name) return lastAdmin(name);
  for (const key of [...state.keys.values()].filter((one) => one.user === name)) {
    state.keys.delete(key.id);
    state.keyByHash.delete(key.hash);
  }
  state.globalRoles.delete(name);
  for (const grants of state.grants.values()) grants.delete(name);
  state.users.delete(name);
  state.retiredNames.add(name);
  return { ok: true, result: user };
}
