import type { Applied } from '@millrace/events';
import { beforeEach, describe, expect, it } from 'vitest';
import type { PeopleCommand } from './people-commands.ts';
import { peopleDomain } from './people-domain.ts';
import type { PeopleState } from './people-state.ts';

let state: PeopleState;
let offset: number;
const apply = (command: PeopleCommand, actor = 'root'): Applied => {
  offset += 1;
  return peopleDomain.apply(state, command, { offset, atMs: offset, actor, requestId: 'r', commandId: 'c' });
};
const user = (name: string, role: 'admin' | 'viewer' | null = null) =>
  apply({ type: 'create-user', name, passwordHash: null, role });
const code = (applied: Applied) => (applied.ok ? 'ok' : applied.code);

beforeEach(() => {
  state = peopleDomain.initial();
  offset = 0;
});

describe('users', () => {
  it('has one first admin, whoever starts first', () => {
    apply({ type: 'ensure-admin', name: 'admin', passwordHash: 'a' });
    apply({ type: 'ensure-admin', name: 'other', passwordHash: 'b' });
    expect([...state.globalRoles]).toEqual([['admin', 'admin']]);
    expect(state.users.get('admin')?.passwordHash).toBe('a');
    expect(state.users.has('other')).toBe(false);
  });

  it('a deleted user takes keys and roles along, and leaves the name to nobody', () => {
    user('ada');
    apply({ type: 'create-key', id: 'k', user: 'ada', hash: 'h', description: '', expiresAtMs: null });
    apply({ type: 'set-grant', subject: 'experiment:1', name: 'ada', role: 'editor' });
    apply({ type: 'delete-user', name: 'ada' });
    expect([state.keys.size, state.keyByHash.size, state.grants.get('experiment:1')?.size]).toEqual([0, 0, 0]);
    expect(code(user('ada'))).toBe('ACCESS_USER_NAME_RETIRED');
  });

  it('never loses the last admin', () => {
    user('ada', 'admin');
    expect(code(apply({ type: 'delete-user', name: 'ada' }))).toBe('ACCESS_LAST_ADMIN');
    expect(code(apply({ type: 'set-global-role', name: 'ada', role: 'viewer' }))).toBe('ACCESS_LAST_ADMIN');
    user('bob', 'admin');
    expect(code(apply({ type: 'set-global-role', name: 'ada', role: null }))).toBe('ok');
  });

  it('a revoked key is gone, and gone once', () => {
    user('ada');
    apply({ type: 'create-key', id: 'k', user: 'ada', hash: 'h', description: '', expiresAtMs: null });
    expect(code(apply({ type: 'revoke-key', id: 'k' }))).toBe('ok');
    expect(state.keyByHash.has('h')).toBe(false);
    expect(code(apply({ type: 'revoke-key', id: 'k' }))).toBe('ACCESS_KEY_NOT_FOUND');
  });
});

describe('a renamed model', () => {
  it('keeps its grants and comments, and gets none of what lay under its new name', () => {
    apply({ type: 'set-grant', subject: 'model:old', name: 'ada', role: 'editor' });
    apply({ type: 'set-grant', subject: 'model:new', name: 'eve', role: 'admin' });
    apply({ type: 'add-comment', on: 'version:old/1', text: 'good' });
    apply({ type: 'add-comment', on: 'version:new/1', text: 'of another' });
    apply({ type: 'add-comment', on: 'version:older/1', text: 'stays' });
    apply({ type: 'move-model', from: 'old', to: 'new' });
    expect([...(state.grants.get('model:new')?.keys() ?? [])]).toEqual(['ada']);
    expect(state.grants.has('model:old')).toBe(false);
    const texts = [...state.comments].map(([on, of]) => [on, [...of.values()].map(({ text }) => text)]);
    expect(texts).toEqual([
      ['version:older/1', ['stays']],
      ['version:new/1', ['good']],
    ]);
  });
});

describe('comments and links', () => {
  it('are changed by their authors, and taken away by an admin too', () => {
    apply({ type: 'add-comment', on: 'run:r', text: 'a' }, 'ada');
    const [id = ''] = [...(state.comments.get('run:r')?.keys() ?? [])];
    expect(code(apply({ type: 'edit-comment', on: 'run:r', id, text: 'b' }, 'eve'))).toBe('COMMENT_NOT_YOURS');
    expect(code(apply({ type: 'edit-comment', on: 'run:other', id, text: 'b' }, 'ada'))).toBe('COMMENT_NOT_FOUND');
    expect(code(apply({ type: 'edit-comment', on: 'run:r', id, text: 'b' }, 'ada'))).toBe('ok');
    expect(state.comments.get('run:r')?.get(id)).toMatchObject({ author: 'ada', text: 'b', editedAtMs: offset });
    expect(code(apply({ type: 'delete-comment', on: 'run:r', id, asAdmin: false }, 'eve'))).toBe('COMMENT_NOT_YOURS');
    expect(code(apply({ type: 'delete-comment', on: 'run:r', id, asAdmin: true }, 'eve'))).toBe('ok');
    expect(code(apply({ type: 'delete-comment', on: 'run:r', id, asAdmin: true }, 'eve'))).toBe('COMMENT_NOT_FOUND');
  });

  it('a link is revoked by who made it', () => {
    const link = { id: 'l', runIds: ['r'], comparison: {}, isPublic: true, expiresAtMs: null };
    apply({ type: 'create-link', ...link }, 'ada');
    expect(state.links.get('l')).toMatchObject({ createdBy: 'ada', createdAtMs: offset });
    expect(code(apply({ type: 'revoke-link', id: 'l', asAdmin: false }, 'eve'))).toBe('SHARE_LINK_NOT_YOURS');
    expect(code(apply({ type: 'revoke-link', id: 'l', asAdmin: false }, 'ada'))).toBe('ok');
    expect(code(apply({ type: 'revoke-link', id: 'l', asAdmin: true }))).toBe('SHARE_LINK_NOT_FOUND');
  });
});
