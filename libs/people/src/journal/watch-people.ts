import type { Applied, SubjectChange } from '@millrace/events';
import type { CommentCommand, GrantCommand, LinkCommand, PeopleCommand, UserCommand } from './people-commands.ts';
import type { PeopleState } from './people-state.ts';

/** What the audit trail says of a command on people, before and after it: never a hash, nor the id of a share link, which is its secret. */
export function watchPeople(
  state: PeopleState,
  command: PeopleCommand,
): (applied: Applied) => readonly SubjectChange[] {
  const { kind, id, snapshot } = watched(state, command);
  const before = snapshot(null);
  return (applied) => [{ kind, id, before, after: snapshot(applied) }];
}

/** The payload of a command as the trail keeps it. */
export function withoutSecrets(payload: string): string {
  const command = JSON.parse(payload) as Readonly<Record<string, unknown>>;
  const isOfLink = String(command['type']).endsWith('-link');
  return JSON.stringify(command, (key, value: unknown) =>
    key === 'passwordHash' || key === 'hash' || (isOfLink && key === 'id') ? 'not shown' : value,
  );
}

interface Watched {
  readonly kind: string;
  readonly id: string;
  /** What it is now; of what was made only just now the answer tells which it is. */
  readonly snapshot: (applied: Applied | null) => object | null;
}

function watched(state: PeopleState, command: PeopleCommand): Watched {
  switch (command.type) {
    case 'set-grant':
    case 'move-model':
      return grants(state, command);
    case 'add-comment':
    case 'edit-comment':
    case 'delete-comment':
      return comment(state, command);
    case 'create-link':
    case 'revoke-link':
      return link(state, command);
    default:
      return user(state, command);
  }
}

function user(
  { users, keys, globalRoles }: PeopleState,
  command: UserCommand | Extract<GrantCommand, { type: 'set-global-role' }>,
): Watched {
  const owner =
    command.type === 'create-key' ? command.user : command.type === 'revoke-key' && keys.get(command.id)?.user;
  const name = 'name' in command ? command.name : owner || '';
  return {
    kind: 'user',
    id: name,
    snapshot() {
      const found = users.get(name);
      const role = globalRoles.get(name) ?? null;
      if (found === undefined && role === null) return null;
      const ofUser = [...keys.values()].filter((key) => key.user === name);
      return { name, role, hasPassword: found?.passwordHash != null, keys: ofUser.map(({ id }) => id) };
    },
  };
}

function grants({ grants: all }: PeopleState, command: Exclude<GrantCommand, { type: 'set-global-role' }>): Watched {
  const id = command.type === 'set-grant' ? command.subject : `model:${command.to}`;
  return {
    kind: 'grants',
    id,
    snapshot() {
      const given = all.get(id);
      return given === undefined ? null : Object.fromEntries([...given].map(([name, { role }]) => [name, role]));
    },
  };
}

function comment({ comments }: PeopleState, command: CommentCommand): Watched {
  return {
    kind: 'comments',
    id: command.on,
    snapshot(applied) {
      const made = applied?.ok ? (applied.result as { id?: string } | undefined)?.id : undefined;
      const found = comments.get(command.on)?.get('id' in command ? command.id : (made ?? ''));
      return found === undefined ? null : { id: found.id, author: found.author, text: found.text };
    },
  };
}

function link({ links }: PeopleState, { id }: LinkCommand): Watched {
  return {
    kind: 'share-link',
    id: '',
    snapshot() {
      const found = links.get(id);
      if (found === undefined) return null;
      const { runIds, isPublic, createdBy, expiresAtMs } = found;
      return { runIds, isPublic, createdBy, expiresAtMs };
    },
  };
}
