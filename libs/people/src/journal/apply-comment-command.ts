import type { Applied, CommandMeta } from '@millrace/events';
import type { CommentCommand } from './people-commands.ts';
import type { Comment, PeopleState } from './people-state.ts';
import { commentNotFound, notYourComment } from './rejections.ts';

export function applyCommentCommand(state: PeopleState, command: CommentCommand, meta: CommandMeta): Applied {
  const { on } = command;
  const comments = state.comments.get(on) ?? new Map<string, Comment>();
  if (command.type === 'add-comment') {
    const id = String(meta.offset);
    const comment = { id, author: meta.actor, text: command.text, createdAtMs: meta.atMs, editedAtMs: null };
    comments.set(id, comment);
    state.comments.set(on, comments);
    return { ok: true, result: comment };
  }
  const { id } = command;
  const comment = comments.get(id);
  if (comment === undefined) return commentNotFound(id);
  const isAuthor = comment.author === meta.actor;
  if (command.type === 'delete-comment') {
    if (!isAuthor && !command.asAdmin) return notYourComment(id, comment.author);
    comments.delete(id);
    return { ok: true, result: comment };
  }
  // Also an admin may not put words into somebody's mouth.
  if (!isAuthor) return notYourComment(id, comment.author);
  const edited = { ...comment, text: command.text, editedAtMs: meta.atMs };
  comments.set(id, edited);
  return { ok: true, result: edited };
}
