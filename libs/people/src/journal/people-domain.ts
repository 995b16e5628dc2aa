import type { Applied, CommandMeta, Domain } from '@millrace/events';
import { applyCommentCommand } from './apply-comment-command.ts';
import { applyGrantCommand } from './apply-grant-command.ts';
import { applyLinkCommand } from './apply-link-command.ts';
import { applyUserCommand } from './apply-user-command.ts';
import type { CommentCommand, GrantCommand, LinkCommand, PeopleCommand, UserCommand } from './people-commands.ts';
import { nobodyYet, type PeopleState } from './people-state.ts';
import { watchPeople } from './watch-people.ts';

export const peopleTopic = 'people.journal';

const userTypes = [
  'create-user',
  'ensure-admin',
  'set-password',
  'delete-user',
  'create-key',
  'revoke-key',
] as const satisfies readonly UserCommand['type'][];
const grantTypes = ['set-global-role', 'set-grant', 'move-model'] as const satisfies readonly GrantCommand['type'][];
const commentTypes = [
  'add-comment',
  'edit-comment',
  'delete-comment',
] as const satisfies readonly CommentCommand['type'][];
const linkTypes = ['create-link', 'revoke-link'] as const satisfies readonly LinkCommand['type'][];

/** Users, their keys and roles, comments and share links: the order of the journal settles them. */
export const peopleDomain: Domain<PeopleState, PeopleCommand> = {
  types: [...userTypes, ...grantTypes, ...commentTypes, ...linkTypes],
  initial: nobodyYet,
  watch: watchPeople,
  apply(state: PeopleState, command: PeopleCommand, meta: CommandMeta): Applied {
    if (isOneOf(userTypes, command)) return applyUserCommand(state, command, meta);
    if (isOneOf(grantTypes, command)) return applyGrantCommand(state, command, meta);
    if (isOneOf(commentTypes, command)) return applyCommentCommand(state, command, meta);
    return applyLinkCommand(state, command, meta);
  },
};

function isOneOf<T extends PeopleCommand['type']>(
  types: readonly T[],
  command: PeopleCommand,
): command is Extract<PeopleCommand, { type: T }> {
  return (types as readonly string[]).includes(command.type);
}
