import type { Applied, CommandMeta } from '@millrace/events';
import type { LinkCommand } from './people-commands.ts';
import type { PeopleState } from './people-state.ts';
import { linkNotFound, notYourLink } from './rejections.ts';

export function applyLinkCommand(state: PeopleState, command: LinkCommand, meta: CommandMeta): Applied {
  if (command.type === 'create-link') {
    const { type: _, ...link } = command;
    const made = { ...link, createdBy: meta.actor, createdAtMs: meta.atMs };
    state.links.set(link.id, made);
    return { ok: true, result: made };
  }
  const link = state.links.get(command.id);
  if (link === undefined) return linkNotFound(command.id);
  if (link.createdBy !== meta.actor && !command.asAdmin) return notYourLink(link.id, link.createdBy);
  state.links.delete(link.id);
  return { ok: true, result: link };
}
